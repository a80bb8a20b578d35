/** The tests in a browser see what they are to see: each of these faulty pages fails `expectClean`, a sound one not. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { Browser } from 'playwright-core'
import { inBrowser } from '../../support/browser.ts'
import { openVisit, type Visit } from '../../support/visit.ts'

const policy =
  "default-src 'none'; script-src 'self'; connect-src 'self'; worker-src 'self'; require-trusted-types-for 'script'"

type Faulty = Readonly<{ html?: string; script?: string; policy?: string }>

async function visitFaulty(
  browser: Browser,
  faulty: Faulty,
  look: (expectClean: Visit['expectClean']) => Promise<void>,
): Promise<void> {
  const server = createServer(({ url }, response) => {
    if (url === '/script.js') {
      response
        .setHeader('content-type', 'text/javascript')
        .end(`${faulty.script}\ndocument.body.append('done')`)
    } else if (url === '/') {
      response.setHeader('content-security-policy', faulty.policy ?? policy)
      response.setHeader('content-type', 'text/html')
      response.end(`<body>${faulty.html ?? ''}<script type="module" src="/script.js"></script>`)
    } else response.writeHead(404).end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const origin = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
  const { page, context, expectClean } = await openVisit(browser, { origins: [origin] })
  try {
    await page.goto(origin)
    await page.getByText('done').waitFor()
    await look(expectClean)
  } finally {
    await context.close()
    server.close()
  }
}

const faults: readonly Readonly<{ is: string; faulty: Faulty; seen: RegExp }>[] = [
  {
    is: 'an inline style',
    faulty: { html: '<p style="color: red">' },
    seen: /CSP: style-src-attr inline/,
  },
  {
    is: 'a style element with rules',
    faulty: { html: '<style>p { color: red }</style>' },
    seen: /CSP: style-src-elem inline/,
  },
  {
    is: 'HTML from text',
    faulty: {
      script: 'try { document.body.innerHTML = "<b>" } catch (refusal) { console.debug(refusal) }',
    },
    seen: /CSP: require-trusted-types-for/,
  },
  { is: 'an error in the console', faulty: { script: 'console.error("oh")' }, seen: /console: oh/ },
  {
    is: 'an error that nothing catches',
    faulty: { script: 'Promise.reject(new Error("lost"))' },
    seen: /error: lost/,
  },
  {
    is: 'a request to another origin',
    faulty: {
      script: 'await fetch("http://localhost:9/", { mode: "no-cors" }).catch(() => {})',
      policy: "script-src 'self'",
    },
    seen: /foreign: http:\/\/localhost:9\//,
  },
  {
    is: 'an answer from 400 on',
    faulty: { script: 'await fetch("/missing")' },
    seen: /404 GET \/missing/,
  },
  {
    is: 'an entry in localStorage',
    faulty: { script: 'localStorage.token = 1' },
    seen: /localStorage: token/,
  },
  {
    is: 'an entry in sessionStorage',
    faulty: { script: 'sessionStorage.token = 1' },
    seen: /sessionStorage: token/,
  },
  { is: 'a cookie', faulty: { script: 'document.cookie = "token=1"' }, seen: /cookie: token=1/ },
  {
    is: 'a database',
    faulty: {
      script: 'await new Promise(opened => { indexedDB.open("tokens").onsuccess = opened })',
    },
    seen: /indexedDB: tokens/,
  },
  {
    is: 'a cached answer',
    faulty: { script: 'await caches.open("answers")' },
    seen: /cache: answers/,
  },
]

for (const { is, faulty, seen } of faults) {
  inBrowser(`${is} on a page is seen`, browser =>
    visitFaulty(browser, faulty, async expectClean => {
      await assert.rejects(expectClean(), ({ message }: Error) => seen.test(message))
    }),
  )
}

inBrowser('a sound page is clean', browser =>
  visitFaulty(browser, { script: 'await fetch("/")' }, expectClean => expectClean()),
)

inBrowser('a failure that is expected is clean, and has to happen', browser =>
  visitFaulty(browser, { script: 'await fetch("/missing")' }, async expectClean => {
    await expectClean([/^404 GET \/missing$/])
    await assert.rejects(expectClean([/^404 GET \/missing$/, /^500/], 100), /500/)
  }),
)
