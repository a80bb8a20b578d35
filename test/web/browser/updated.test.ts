/** A part of the page that is gone after an upgrade: said in words, with a way on. */
import { onPage } from '../../support/on-page.ts'
import { account, signIn } from '../../support/sign-in-steps.ts'

onPage('a view of a former version says that Visage was updated', {}, async visit => {
  const { page, origin, expectClean } = visit
  const gone = /\/assets\/settings-[\w-]+\.(?:js|css)$/
  await page.route(gone, route => route.fulfill({ status: 404, body: 'gone' }))
  await page.goto(origin)
  await signIn(page, 'alice')
  await account(page).click()
  await page.getByRole('link', { name: 'Settings' }).click()
  await page.getByText('Visage was updated.').waitFor()
  await page.unroute(gone)
  await page.getByRole('button', { name: 'Reload' }).click()
  await page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor()
  await expectClean([/^404 GET \/assets\/settings-/])
})
