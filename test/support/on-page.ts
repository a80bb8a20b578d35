/**
 * Tests of the page as a person meets it: `visage dev` with the built page and the demo tenant in memory, and a browser
 * that signs in at its issuer. Each test has a server and a browser context of its own.
 */
import assert from 'node:assert/strict'
import { type Development, startDevelopment } from '../../src/dev/development.ts'
import { inBrowser } from './browser.ts'
import { builtPage } from './page.ts'
import { openVisit, type Visit, type VisitOptions } from './visit.ts'

export type OnPage = Visit &
  Readonly<{
    origin: string
    visage: Development
    /** Writes a line beside the result of the test. */
    tell: (line: string) => void
  }>

export type PageOptions = Omit<VisitOptions, 'origins'> &
  Readonly<{
    /** Sentences as in docs/faults.md. */
    faults?: readonly string[]
    /** By default only the first person of the demo tenant has a photo, which is soonest. */
    photos?: 'all' | 'none'
  }>

let built: Promise<string> | undefined

export function onPage(
  name: string,
  { faults = [], photos = 'none', ...options }: PageOptions,
  work: (there: OnPage) => Promise<void>,
): void {
  inBrowser(name, async (browser, tell) => {
    built ??= builtPage()
    await built
    const errors: unknown[] = []
    const visage = await startDevelopment({
      host: 'localhost',
      port: 0,
      data: undefined,
      strictContentType: false,
      faults,
      photos,
      write: (severity, line) => severity === 'error' && errors.push(line),
    })
    try {
      const visit = await openVisit(browser, { ...options, origins: [visage.origin] })
      try {
        await work({ ...visit, visage, origin: visage.origin, tell })
      } finally {
        await visit.context.close()
      }
      assert.deepEqual(errors, [])
    } finally {
      await visage.close()
    }
  })
}
