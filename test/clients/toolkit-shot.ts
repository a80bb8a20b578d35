/** The picture of Microsoft Graph Toolkit in docs/clients.md: its components with the people of `visage dev --as global`. */
import { groups } from '../../src/dev/demo/tenant.ts'
import { startBrowserStand } from './browser-stand.ts'
import { setManager, show, signIn } from './toolkit-steps.ts'

const design = groups.find(({ displayName }) => displayName === 'Design')

/** The list of the picker opens upwards, into the room above it. */
const components = `<style>
  body { margin: 24px; font-family: system-ui }
  main { display: grid; grid-template-columns: 1fr 1fr; gap: 8px 40px; align-items: start }
  section { display: grid; gap: 8px; justify-items: start; align-content: start }
  code { font-size: 13px; color: #616161; padding-top: 12px }
  mgt-people-picker { width: 100%; margin-top: 108px }
</style>
<section>
  <code>mgt-login</code> <mgt-login></mgt-login>
  <code>mgt-person</code>
  <mgt-person person-query="me" view="twolines"></mgt-person>
  <mgt-person user-id="soren@visage.example" view="twolines"></mgt-person>
  <mgt-person person-query="umut" view="twolines"></mgt-person>
  <code>mgt-people</code> <mgt-people group-id="${design?.id}" show-max="20"></mgt-people>
  <code>mgt-people-picker</code>
  <mgt-people-picker type="any" group-type="any"></mgt-people-picker>
</section>
<section>
  <code>mgt-person-card</code>
  <mgt-person-card user-id="bob@visage.example" is-expanded></mgt-person-card>
</section>`

export async function takeToolkit(): Promise<Buffer> {
  const stand = await startBrowserStand({ page: 'toolkit', as: 'global' })
  if ('missing' in stand) throw new Error(stand.missing)
  try {
    await setManager(stand, 'bob', 'grace')
    const { page, context } = await stand.open('toolkit', { viewport: { width: 960, height: 600 } })
    await signIn(page)
    await show(page, components)
    await page.locator('mgt-person-card').getByAltText('Photo for Grace Wanjirũ').waitFor()
    await page.locator('mgt-login').getByAltText('Photo for Alice Öberg').first().waitFor()
    await page.locator('mgt-people').getByAltText('Photo for').last().waitFor()
    await page.locator('mgt-people-picker input').fill('bo')
    await page.locator('mgt-people-picker').getByAltText('Photo for Clube de leitura').waitFor()
    await page.locator('mgt-people-picker').getByAltText('Photo for Bob Adeyemi').waitFor()
    const picture = await page.screenshot({ animations: 'disabled', caret: 'hide' })
    await context.close()
    return picture
  } finally {
    await stand.stop()
  }
}
