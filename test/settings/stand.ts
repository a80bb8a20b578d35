/**
 * `visage serve` with one setting given as text, by its variable or by its flag, and the few required settings; and
 * requests to it.
 */
import { request } from 'node:http'
import { moveSettings } from '../../src/settings/moving.ts'
import type { Texts } from '../../src/settings/table.ts'
import { type SettingName, settings } from '../../src/settings/table.ts'
import { parseExposition } from '../support/exposition.ts'
import { portraitJpeg } from '../support/pictures.ts'
import { contoso, ourAudience, type TestIssuer, v2User } from '../support/test-issuer.ts'
import { type Running, startVisage } from '../support/visage.ts'

export type Way = 'environment' | 'flag'

export type Stand = Readonly<{
  visage: Running
  headersFor: (claims?: unknown) => Readonly<{ authorization: string }>
  /** As Alice of Contoso unless other claims are given. */
  get: (path: string, claims?: unknown) => Promise<Response>
  put: (body: Uint8Array, type?: string, claims?: unknown) => Promise<Response>
  /** A PUT without its last byte; resolves when the rest has been sent. */
  putHalf: (bytes: number) => Promise<{ status: Promise<number>; drop: () => void }>
  /** The sum of a metric's samples; undefined if there is none. */
  metric: (name: string) => Promise<number | undefined>
  /** Resolves with the first line of the log with this event. */
  line: (event: string) => Promise<Record<string, unknown>>
}>

export type Others = Texts & Readonly<{ env?: Readonly<Record<string, string>> }>

export type Given = Readonly<{
  cwd: string
  issuer: TestIssuer
  /** Serves with the setting under test at this text, and with these other settings. */
  serve: (text: string, others?: Others) => Promise<Stand>
}>

export function givenFor(name: SettingName, way: Way, cwd: string, issuer: TestIssuer): Given {
  return {
    cwd,
    issuer,
    async serve(text, { env = {}, ...others } = {}) {
      const asked = { ...baseFor(name, others, issuer), ...others }
      const byFlag = way === 'flag' ? [settings[name].flag, text] : []
      const variables = way === 'flag' ? asked : { ...asked, [name]: text }
      const visage = await startVisage(['serve', ...byFlag], {
        cwd,
        env: { ...environmentOf(variables), ...redirectTo(issuer.origin), ...env },
      })
      return standOf(visage, issuer)
    },
  }
}

export const issOf = (issuer: TestIssuer) => `${issuer.origin}/${contoso}/v2.0`

/** A trusted issuer, unless the test is about it; free ports; metrics on another port. */
function baseFor(name: SettingName, others: Texts, issuer: TestIssuer): Texts {
  const hasCloud = name === 'cloud' || others.cloud !== undefined
  const base: Texts = {
    ...(hasCloud ? {} : { issuer: issOf(issuer) }),
    audience: ourAudience,
    port: '0',
    metrics: '127.0.0.1:0',
  }
  const { [name]: _under, ...rest } = base
  return rest
}

export function environmentOf(texts: Readonly<Record<string, string>>): Record<string, string> {
  const all: Readonly<Record<string, { env: string }>> = { ...settings, ...moveSettings }
  return Object.fromEntries(
    Object.entries(texts).map(([key, text]) => [all[key]?.env ?? key, text]),
  )
}

/** The test issuer answers requests of the process to https hosts. */
function redirectTo(origin: string): Record<string, string> {
  const hook = `
    const { fetch } = globalThis
    globalThis.fetch = (url, init) => {
      const { protocol, host, pathname, search } = new URL(url)
      if (protocol === 'http:') return fetch(url, init)
      const headers = { ...Object.fromEntries(new Headers(init.headers)), 'x-asked-host': host }
      return fetch('${origin}' + pathname + search, { ...init, headers })
    }`
  return { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(hook)}` }
}

function standOf(visage: Running, issuer: TestIssuer): Stand {
  const { origin } = visage
  const headersFor = (claims?: unknown) => ({
    authorization: `Bearer ${issuer.sign(claims ?? v2User(Date.now(), { iss: issOf(issuer) }))}`,
  })
  const photo = `${origin}/v1.0/me/photo/$value`
  const line = async (event: string) => {
    for (;;) {
      const lines = visage.stderr().split('\n').slice(0, -1)
      const found = lines.map(text => JSON.parse(text)).find(parsed => parsed.event === event)
      if (found !== undefined) return found
      await new Promise(resolve => setTimeout(resolve, 5))
    }
  }
  return {
    visage,
    headersFor,
    line,
    get: async (path, claims) => await fetch(`${origin}${path}`, { headers: headersFor(claims) }),
    put: async (body, type = 'image/jpeg', claims) =>
      await fetch(photo, {
        method: 'PUT',
        headers: { ...headersFor(claims), 'content-type': type },
        body: Uint8Array.from(body),
      }),
    async putHalf(bytes) {
      const headers = { ...headersFor(), 'content-type': 'image/jpeg', 'content-length': bytes }
      const sent = request(photo, { method: 'PUT', headers })
      const status = new Promise<number>((resolve, reject) => {
        sent.on('response', response => resolve(response.resume().statusCode ?? 0))
        sent.on('error', reject)
      })
      status.catch(() => {})
      sent.write(Buffer.alloc(bytes - 1))
      return { status, drop: () => sent.destroy() }
    },
    async metric(name) {
      const { metrics } = await line('listening')
      const families = parseExposition(await (await fetch(String(metrics))).text())
      const samples = families.get(name)?.samples
      return samples?.reduce((sum, { value }) => sum + value, 0)
    },
  }
}

export const smallPicture = await portraitJpeg({ width: 300, height: 300, seed: 3 })

/** Repeats until it holds. */
export async function until(holds: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await holds())) await new Promise(resolve => setTimeout(resolve, 10))
}
