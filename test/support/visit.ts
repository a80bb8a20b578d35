/**
 * One page in a browser context of its own, which keeps what it must not do: errors, refused policies, requests to
 * other origins, things left in storage. `expectClean` fails when there is any; `expectOnly` allows things in storage.
 */
import assert from 'node:assert/strict'
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { limitMs } from './chromium.ts'
import { readUntil } from './read-until.ts'

export type Visit = Readonly<{
  page: Page
  context: BrowserContext
  /** Answers from 400 on and requests without an answer: `404 GET /v1.0/me/photo`, `failed GET /v1.0/me`. */
  failures: readonly string[]
  /** `expected` is what may fail; each of them must fail `withinMs`. */
  expectClean: (expected?: readonly RegExp[], withinMs?: number) => Promise<void>
  expectOnly: (expected: readonly RegExp[]) => void
}>

export type VisitOptions = BrowserContextOptions &
  Readonly<{
    /** All origins that the page may ask. */
    origins: readonly string[]
  }>

type Seen = Readonly<{ wrongs: string[]; failures: string[] }>

export async function openVisit(browser: Browser, options: VisitOptions): Promise<Visit> {
  const { origins, ...rest } = options
  const context = await browser.newContext({ locale: 'en-US', ...rest })
  context.setDefaultTimeout(limitMs)
  const seen: Seen = { wrongs: [], failures: [] }
  await context.exposeBinding('tellViolation', (_, text) => seen.wrongs.push(`CSP: ${text}`))
  await context.addInitScript(tellViolations)
  watchErrors(context, seen)
  watchRequests(context, new Set(origins), seen)
  const page = await context.newPage()
  return {
    page,
    context,
    failures: seen.failures,
    async expectClean(expected = [], withinMs = limitMs) {
      const left = await page.evaluate<string[]>(readStorage)
      // The page may show what an answer means before the answer is told here.
      const judged = await readUntil(
        async () => judge(seen, expected),
        ({ absent }) => absent.length === 0,
        withinMs,
      )
      assert.deepEqual({ ...judged, left }, { ...nothing, left: [] })
    },
    expectOnly(expected) {
      assert.deepEqual(judge(seen, expected), nothing)
    },
  }
}

const nothing = { wrongs: [], failures: [], absent: [] }

function judge({ wrongs, failures }: Seen, expected: readonly RegExp[]) {
  return {
    wrongs,
    failures: failures.filter(failure => !expected.some(one => one.test(failure))),
    absent: expected.filter(one => !failures.some(failure => one.test(failure))),
  }
}

function watchErrors(context: BrowserContext, { wrongs }: Seen): void {
  context.on('console', message => {
    // The browser says this of every answer from 400 on; `failures` has them.
    if (message.type() !== 'error' || message.text().startsWith('Failed to load resource')) return
    wrongs.push(`console: ${message.text()}`)
  })
  context.on('weberror', error => wrongs.push(`error: ${error.error().message}`))
}

function watchRequests(context: BrowserContext, origins: ReadonlySet<string>, seen: Seen): void {
  context.on('request', request => {
    if (!origins.has(new URL(request.url()).origin)) seen.wrongs.push(`foreign: ${request.url()}`)
  })
  context.on('response', response => {
    if (response.status() < 400) return
    seen.failures.push(`${response.status()} ${nameOf(response.request())}`)
  })
  context.on('requestfailed', request => {
    // The page gave it up itself, or went elsewhere.
    if (request.failure()?.errorText === 'net::ERR_ABORTED') return
    seen.failures.push(`failed ${nameOf(request)}`)
  })
}

function nameOf(request: Readonly<{ method: () => string; url: () => string }>): string {
  const { pathname, search } = new URL(request.url())
  return `${request.method()} ${pathname}${search}`
}

/** Runs in the page before its own scripts. These two are texts, because the tests are compiled without the DOM. */
const tellViolations = `document.addEventListener('securitypolicyviolation', event => {
  const { violatedDirective, blockedURI, sourceFile, lineNumber, sample } = event
  tellViolation([violatedDirective, blockedURI, sourceFile, lineNumber, sample].join(' '))
})`

/** Cookies that a script can read; those of the development sign-in it cannot. */
const readStorage = `Promise.all([indexedDB.databases(), caches.keys()]).then(([databases, cached]) => [
  ...Object.keys(localStorage).map(key => 'localStorage: ' + key),
  ...Object.keys(sessionStorage).map(key => 'sessionStorage: ' + key),
  ...databases.map(({ name }) => 'indexedDB: ' + name),
  ...cached.map(name => 'cache: ' + name),
  ...document.cookie.split('; ').filter(Boolean).map(cookie => 'cookie: ' + cookie),
])`
