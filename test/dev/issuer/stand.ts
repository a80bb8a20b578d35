/**
 * A running issuer for tests: real https (or http) on loopback with a new certificate, a few people, and a simple
 * browser that keeps cookies and follows redirects.
 */

import {
  createServer as createHttpServer,
  type RequestListener,
  request as requestHttp,
} from 'node:http'
import { createServer, request } from 'node:https'
import type { AddressInfo } from 'node:net'
import { certificateFor } from '../../../src/dev/certificate.ts'
import { createIssuer, type Issuer, type IssuerOptions } from '../../../src/dev/issuer/issuer.ts'
import type { Person } from '../../../src/dev/issuer/people.ts'
import { personalTenantId } from '../../../src/tokens/clouds.ts'

export const tenantId = 'aaaabbbb-0000-4ccc-8ddd-1111eeee2222'
export const userAdministrator = 'fe930be7-5e62-47db-91af-98c3a49a38b1'

export const alice: Person = {
  id: '11111111-aaaa-4aaa-8aaa-000000000001',
  userPrincipalName: 'alice@contoso.example',
  displayName: 'Alice <Adams>',
  mail: 'alice.adams@contoso.example',
}
export const bob: Person = {
  id: '11111111-aaaa-4aaa-8aaa-000000000002',
  userPrincipalName: 'bob@contoso.example',
  displayName: 'Bob Brown',
  roleTemplateIds: [userAdministrator],
}
export const pat: Person = {
  id: '00000000-0000-0000-0000-00000000beef',
  userPrincipalName: 'pat@outlook.example',
  displayName: 'Pat Person',
}

const directory: Readonly<Record<string, readonly Person[]>> = {
  [tenantId]: [alice, bob],
  [personalTenantId]: [pat],
}

export const app = { id: '22222222-bbbb-4bbb-8bbb-000000000001', secret: 'any secret' }
export const consent = { scopes: ['User.ReadWrite'], roles: ['ProfilePhoto.Read.All'] }
export const guestApp = '33333333-cccc-4ccc-8ccc-000000000001'

export type Answer = Readonly<{
  status: number
  headers: Readonly<Record<string, string | string[] | undefined>>
  text: string
  url: string
}>

export type Send = (
  path: string,
  init?: { method?: string; headers?: Record<string, string>; body?: string | undefined },
) => Promise<Answer>

export type Stand = AsyncDisposable &
  Readonly<{ issuer: Issuer; origin: string; certificate: string; errors: unknown[]; send: Send }>

export async function startIssuer(
  change: Partial<IssuerOptions> = {},
  scheme: 'http' | 'https' = 'https',
): Promise<Stand> {
  const { key, cert } = await certificateFor(['localhost'])
  const errors: unknown[] = []
  let issuer: Issuer | undefined
  const listener: RequestListener = (req, res) => {
    if (!issuer?.handle(req, res)) res.writeHead(404).end('not the issuer')
  }
  const server =
    scheme === 'http' ? createHttpServer(listener) : createServer({ key, cert }, listener)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const origin = `${scheme}://localhost:${(server.address() as AddressInfo).port}`
  issuer = createIssuer({
    origin,
    tenants: [{ id: tenantId, domains: ['contoso.example'] }],
    people: {
      listPeople: tenant => directory[tenant] ?? [],
      findPerson: (tenant, name) => findPerson(directory[tenant] ?? [], name),
    },
    consent,
    adminRoles: { 'User Administrator': userAdministrator },
    onError: error => errors.push(error),
    ...change,
  })
  return {
    issuer,
    origin,
    certificate: cert,
    errors,
    send: (path, init) => send(new URL(path, origin), cert, init),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}

function findPerson(people: readonly Person[], name: string): Person | undefined {
  return people.find(({ id, userPrincipalName: upn }) =>
    [id, upn, upn.split('@')[0]].includes(name.toLowerCase()),
  )
}

/** One request, nothing followed. `host` names may differ from the certificate's. */
export function send(
  url: URL,
  ca: string,
  init: { method?: string; headers?: Record<string, string>; body?: string | undefined } = {},
): Promise<Answer> {
  const { method = 'GET', headers = {}, body } = init
  return new Promise((resolve, reject) => {
    const options = { method, headers, ca, servername: 'localhost', agent: false }
    const ask = url.protocol === 'http:' ? requestHttp : request
    const req = ask(url, options, async res => {
      const chunks: Buffer[] = []
      for await (const chunk of res) chunks.push(chunk)
      const text = Buffer.concat(chunks).toString()
      resolve({ status: res.statusCode ?? 0, headers: res.headers, text, url: url.href })
    })
    req.on('error', reject)
    req.end(body)
  })
}

export function postForm(send: Send, path: string, fields: Record<string, string>, headers = {}) {
  return send(path, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body: new URLSearchParams(fields).toString(),
  })
}

/** Keeps cookies and follows redirects until they leave the issuer, as a browser would. */
export function openBrowser({ origin, certificate }: Pick<Stand, 'origin' | 'certificate'>) {
  const jar = new Map<string, { value: string; path: string }>()
  const seen: string[] = []

  const cookiesFor = (path: string) =>
    [...jar].flatMap(([key, cookie]) =>
      path.startsWith(cookie.path) ? [`${key.split('|')[0]}=${cookie.value}`] : [],
    )
  const keep = (lines: string | string[] | undefined) => {
    for (const line of [lines ?? []].flat()) {
      seen.push(line)
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      const path = /path=([^;]+)/i.exec(line)?.[1] ?? '/'
      if (value === '' || /expires=Thu, 01 Jan 1970/i.test(line)) jar.delete(`${name}|${path}`)
      else jar.set(`${name}|${path}`, { value, path })
    }
  }
  const visit = async (address: string, form?: Record<string, string>): Promise<Answer> => {
    const url = new URL(address, origin)
    const cookie = cookiesFor(url.pathname).join('; ')
    const answer = await send(url, certificate, {
      method: form ? 'POST' : 'GET',
      headers: {
        cookie,
        accept: 'text/html',
        ...(form ? { origin, 'content-type': 'application/x-www-form-urlencoded' } : {}),
      },
      body: form && new URLSearchParams(form).toString(),
    })
    keep(answer.headers['set-cookie'])
    const next = answer.headers.location
    if (typeof next !== 'string') return answer
    const target = new URL(next, url)
    return target.origin === origin ? visit(target.href) : { ...answer, url: target.href }
  }
  /** Sends the form of a page, including hidden fields. */
  const submit = (page: Answer, fields: Record<string, string>) => {
    const hidden = [...page.text.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)]
    const action = /<form[^>]* action="([^"]+)"/.exec(page.text)?.[1] ?? page.url
    return visit(action, {
      ...Object.fromEntries(hidden.map(([, name = '', value = '']) => [name, value])),
      ...fields,
    })
  }
  /** Every Set-Cookie line so far. */
  const cookies = (): readonly string[] => seen
  return { visit, submit, cookies }
}

export function json(answer: Answer): Record<string, unknown> {
  const value: unknown = JSON.parse(answer.text)
  return typeof value === 'object' && value !== null ? { ...value } : {}
}
