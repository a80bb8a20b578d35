/**
 * Answers the addresses of the page: the one HTML file for every view, its assets, and /.well-known/visage.json. They are the
 * same for everyone and need no token. mount.ts decides which calls come here, and loads this file when one does.
 */
import type { Call, Headers, Reply } from '../call.ts'
import type { Wanted } from './addresses.ts'
import type { Built } from './built.ts'
import { assetHeaders, dataHeaders, documentHeaders } from './headers.ts'
import { type IssuerOrigins, watchIssuerOrigins } from './issuer-origins.ts'
import { describeAbsence } from './not-built.ts'
import { openPageFiles, type PageFiles } from './page-files.ts'
import { canBeBuilt, findPage } from './place.ts'
import type { PageParts, PageSetup } from './setup.ts'
import { describeSignIn, type SignIn } from './sign-in.ts'

export type Page = Readonly<{
  answer: (call: Call, wanted: Wanted) => Promise<Reply>
  end: () => void
}>

export function openPage(setup: PageSetup, parts: PageParts): Page {
  const { mode, origin, missing, place = findPage() } = setup
  const base = new URL(origin).pathname.replace(/\/$/, '')
  const files = openPageFiles(place, base, parts.troubled)
  const signIn = describeSignIn(parts.trust, mode)
  const issuer = openIssuer(setup, signIn, parts)
  const config = describeConfig(setup, signIn, parts.version)
  return {
    async answer(call, wanted) {
      if (wanted === 'config') return config
      if (wanted === 'html') {
        const built = await files.current()
        if (built === 'failed') return describeAbsence('failed')
        if (built === 'missing') {
          const isHopeless = missing === 'being built' && !(await canBeBuilt(place))
          return describeAbsence(isHopeless ? 'failed' : missing)
        }
        return answerHtml(call, built, documentHeaders(issuer.known()))
      }
      return await answerAsset(call, files, wanted.asset)
    },
    end: issuer.end,
  }
}

/** The issuer of `visage dev` is in this process, on one origin; its name may differ from that in the browser. */
function openIssuer(
  { mode, clientId, origin }: PageSetup,
  { issuer }: SignIn,
  { fetch, elapsed, write }: PageParts,
): IssuerOrigins {
  if (mode === 'serve' && clientId !== undefined) {
    return watchIssuerOrigins(issuer, { origin, fetch, elapsed, write })
  }
  return { known: () => (mode === 'dev' ? [origin] : []), end: () => {} }
}

function describeConfig({ mode, clientId }: PageSetup, signIn: SignIn, version: string): Reply {
  return {
    status: 200,
    headers: {
      'content-type': 'application/json',
      'cache-control': 'no-store',
      ...dataHeaders,
    },
    body: JSON.stringify({ ...signIn, clientId: clientId ?? null, mode, version }),
  }
}

function answerHtml(
  { headers }: Call,
  built: Built,
  guards: Readonly<Record<string, string>>,
): Reply {
  const cached = { etag: built.etag, 'cache-control': 'no-cache' }
  if (isCurrent(headers, built.etag)) {
    return { status: 304, headers: { ...cached, ...guards } }
  }
  return {
    status: 200,
    headers: { 'content-type': 'text/html; charset=utf-8', ...cached, ...guards },
    body: built.html,
  }
}

/** "the weak comparison function" (RFC 9110, 13.1.2). */
function isCurrent(headers: Headers, etag: string): boolean {
  const tags = (headers['if-none-match'] ?? '').split(',').map(tag => tag.trim())
  return tags.some(tag => tag === '*' || tag.replace(/^W\//, '') === etag)
}

async function answerAsset(call: Call, files: PageFiles, name: string): Promise<Reply> {
  const asset = await files.find(name)
  if (asset === undefined) return noSuchAsset
  const { contentType, bytes, brotli } = asset
  const body = brotli !== undefined && takesBrotli(call.headers) ? brotli : bytes
  return {
    status: 200,
    headers: {
      'content-type': contentType,
      'cache-control': 'public, max-age=31536000, immutable',
      vary: 'accept-encoding',
      ...(body === brotli && { 'content-encoding': 'br' }),
      ...assetHeaders,
    },
    body,
  }
}

function takesBrotli(headers: Headers): boolean {
  const codings = (headers['accept-encoding'] ?? '').toLowerCase().split(',')
  return codings.some(coding => {
    const [name = '', quality = '1'] = coding.split(/;\s*q=/)
    return name.trim() === 'br' && Number(quality) > 0
  })
}

/** The files of the former version are gone after an upgrade; the page says so and offers to load the new one. */
const noSuchAsset: Reply = {
  status: 404,
  headers: {
    'content-type': 'text/plain; charset=utf-8',
    'cache-control': 'no-store',
    ...dataHeaders,
  },
  body: 'This file of the page does not exist. Visage may have been updated: load the page again.\n',
}
