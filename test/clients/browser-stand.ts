/**
 * Clients that run in a page: Visage over TLS, an application of another origin, and a browser for both. With `as` the names
 * of that cloud lead to Visage in this browser alone, which finds no other host and takes no certificate for good but those of
 * Visage.
 */
import assert from 'node:assert/strict'
import { createHash, X509Certificate } from 'node:crypto'
import { tenantId } from '../../src/dev/demo/tenant.ts'
import { hostsOf } from '../../src/dev/stand-in.ts'
import type { CloudName } from '../../src/tokens/clouds.ts'
import { startVisage, type Visage } from '../../src/visage.ts'
import { launchBrowser } from '../support/chromium.ts'
import { openVisit, type Visit, type VisitOptions } from '../support/visit.ts'
import { startApp } from './app.ts'

export type BrowserStand = Readonly<{
  visage: Visage
  /** Opens a page of the application, in a context of its own. */
  open: (page: string, options?: Omit<VisitOptions, 'origins'>) => Promise<Visit>
  /** As an application that may do everything. `path` begins after the version. */
  ask: (method: 'GET' | 'PUT', path: string, json?: unknown) => Promise<Buffer>
  stop: () => Promise<void>
}>

type Wanted = Readonly<{ page: string; as?: CloudName }>

/** Or one sentence about why there is no browser. */
export async function startBrowserStand({
  page,
  as,
}: Wanted): Promise<BrowserStand | Readonly<{ missing: string }>> {
  const app = await startApp([page, 'redirect'])
  const visage = await startVisage({ https: true, ...(as && { as }) })
  const launched = await launchBrowser([
    leadHosts(as ? hostsOf(as) : [], new URL(visage.url)),
    trustOnly(visage.certificate ?? ''),
  ])
  const stopServers = async () => {
    await visage.close()
    await app.stop()
  }
  if ('missing' in launched) {
    await stopServers()
    return launched
  }
  const { browser } = launched
  const { request } = await browser.newContext({ ignoreHTTPSErrors: true })
  const token = await visage.token({ app: true })
  const hosts = as ? hostsOf(as) : [new URL(visage.url).host]
  return {
    visage,
    async open(page, options) {
      const origins = [app.origin, ...hosts.map(host => `https://${host}`)]
      const visit = await openVisit(browser, { ...options, origins })
      const settings = new URLSearchParams(as ? {} : settingsOfApp(visage.url))
      await visit.page.goto(`${app.origin}/${page}.html?${settings}`)
      return visit
    },
    async ask(method, path, json) {
      const answer = await request.fetch(`${visage.baseUrl}/${path}`, {
        method,
        headers: { authorization: `Bearer ${token}` },
        ...(json !== undefined && { data: json }),
      })
      assert.ok(answer.ok(), `${answer.status()} ${method} ${path}`)
      return await answer.body()
    },
    async stop() {
      await browser.close()
      await stopServers()
    },
  }
}

/** Without `as`; the applications are written for the cloud. */
function settingsOfApp(url: string): Readonly<Record<string, string>> {
  return { authority: `${url}/${tenantId}`, knownAuthority: new URL(url).host, graph: url }
}

/** Visage listens on IPv4. */
function leadHosts(hosts: readonly string[], { port }: URL): string {
  const rules = [
    ...hosts.map(host => `MAP ${host} 127.0.0.1:${port}`),
    'MAP localhost 127.0.0.1',
    'MAP * ~NOTFOUND',
    'EXCLUDE 127.0.0.1',
  ]
  return `--host-resolver-rules=${rules.join(', ')}`
}

/** For whatever name: the browser does not check the names of these. */
function trustOnly(certificates: string): string {
  const hashes = certificates.split(/(?<=-----END CERTIFICATE-----\n)/).map(pem => {
    const key = new X509Certificate(pem).publicKey.export({ type: 'spki', format: 'der' })
    return createHash('sha256').update(key).digest('base64')
  })
  return `--ignore-certificate-errors-spki-list=${hashes.join(',')}`
}
