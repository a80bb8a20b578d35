/** `visage serve` with an identity provider on another origin: the page asks nobody else, and keeps nothing. */
import assert from 'node:assert/strict'
import type { Browser } from 'playwright-core'
import { inBrowser } from '../../support/browser.ts'
import { startForeignIssuer } from '../../support/foreign-issuer.ts'
import { findFreePort } from '../../support/free-port.ts'
import { builtPage } from '../../support/page.ts'
import { chooseAndSave } from '../../support/photo-steps.ts'
import { portraitJpeg } from '../../support/pictures.ts'
import { account } from '../../support/sign-in-steps.ts'
import { inFolder, startVisage } from '../../support/visage.ts'
import { openVisit, type Visit } from '../../support/visit.ts'

const clientId = 'visage-page'
const audience = 'https://photos.example'

type There = Visit & Readonly<{ origin: string; issuer: string }>

async function withServe(
  browser: Browser,
  env: Readonly<Record<string, string>>,
  work: (there: There) => Promise<void>,
): Promise<void> {
  await builtPage()
  const port = await findFreePort()
  const page = `http://localhost:${port}`
  const client = { port: await findFreePort(), clientId, page, audience }
  await using issuer = await startForeignIssuer(client)
  await inFolder(async cwd => {
    const settings = {
      VISAGE_ISSUER: issuer.origin,
      VISAGE_AUDIENCE: audience,
      VISAGE_HOST: 'localhost',
      VISAGE_PORT: String(port),
      ...env,
    }
    await startVisage(['serve'], { cwd, env: settings })
    const visit = await openVisit(browser, { origins: [page, issuer.origin] })
    try {
      await work({ ...visit, origin: page, issuer: issuer.origin })
    } finally {
      await visit.context.close()
    }
  })
}

inBrowser('a person signs in at another origin, and sets a photo', browser =>
  withServe(browser, { VISAGE_PAGE_CLIENT_ID: clientId }, async visit => {
    const { page, origin, issuer, expectClean } = visit
    const document = await page.goto(origin)
    assert.match(
      document?.headers()['content-security-policy'] ?? '',
      new RegExp(`connect-src 'self' ${issuer}(;| )`),
    )
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('button', { name: 'Be Anna' }).click()
    await page.getByRole('img', { name: 'Anna Fremd has no photo' }).waitFor()
    assert.equal(page.url(), `${origin}/`)
    await chooseAndSave(page, await portraitJpeg({ width: 700, height: 700 }))
    await page.reload()
    await account(page).waitFor()
    await page.getByRole('img', { name: 'Photo of Anna Fremd' }).waitFor()
    await expectClean()
  }),
)

inBrowser('without a client id the page says what the operator has to set', browser =>
  withServe(browser, {}, async ({ page, origin, expectClean }) => {
    await page.goto(origin)
    await page.getByText('VISAGE_PAGE_CLIENT_ID').waitFor()
    await expectClean()
  }),
)
