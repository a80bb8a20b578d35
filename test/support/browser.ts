/**
 * Tests in a real browser: a file that has some starts one, when the first of them begins. Where none can be had they
 * are skipped, with a sentence that says what is missing.
 */
import { after, test } from 'node:test'
import type { Browser } from 'playwright-core'
import { type Launched, launchBrowser } from './chromium.ts'

let launching: Promise<Launched> | undefined

/** `tell` writes a line beside the result of the test. */
type Work = (browser: Browser, tell: (line: string) => void) => Promise<void>

export function inBrowser(name: string, work: Work): void {
  test(name, async t => {
    launching ??= launchBrowser()
    const launched = await launching
    if ('missing' in launched) return t.skip(launched.missing)
    await work(launched.browser, line => t.diagnostic(line))
  })
}

after(async () => {
  const launched = await launching
  if (launched && 'browser' in launched) await launched.browser.close()
})
