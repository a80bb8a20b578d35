/** Reading the photo of an owner, from servers that say "none" and "which version" in different ways. */
import type { Answer } from './client.ts'
import type { Patience } from './patience.ts'
import { type Problem, problemOf, verdictOf } from './verdict.ts'

export type Photo = Readonly<{
  bytes: Buffer
  /** undefined where the server has none. Opaque: only compared. */
  etag: string | undefined
  /** It came with the bytes, and changes with them: fit for If-Match. */
  isStrong: boolean
}>

/** The server refused; the problem is for the report. */
export class Refused extends Error {
  override readonly name = 'Refused'
  readonly problem: Problem

  constructor(problem: Problem) {
    super(`${problem.status} ${problem.code} ${problem.words}`.trim())
    this.problem = problem
  }
}

/** `owner`: `/users/{id}`. undefined: none. Throws Refused and NoAnswer. */
export async function readPhoto({ read }: Patience, owner: string): Promise<Photo | undefined> {
  const answer = await read({ method: 'GET', path: `${owner}/photo/$value` })
  if (isNone(answer)) return undefined
  if (verdictOf(answer) !== 'done') throw new Refused(problemOf(answer))
  const strong = strongEtag(answer.headers)
  const etag = strong ?? (await readMediaEtag(read, owner))
  return { bytes: answer.body, etag, isStrong: strong !== undefined }
}

/** Without a photo Graph answers 404, and formerly a GIF of one pixel; others 204, or nothing. */
export function isNone(answer: Answer): boolean {
  if (answer.status === 404) return problemOf(answer).code !== 'Request_ResourceNotFound'
  if (verdictOf(answer) !== 'done') return false
  const { body } = answer
  if (body.length === 0) return true
  const isGif = body.subarray(0, 4).toString('latin1') === 'GIF8' && body.length >= 10
  return isGif && body.readUInt16LE(6) === 1 && body.readUInt16LE(8) === 1
}

export function strongEtag(headers: Headers): string | undefined {
  const etag = headers.get('etag') ?? ''
  return /^"[^"]+"$/.test(etag) ? etag : undefined
}

/** Graph has it only in the metadata; older services have none. */
export async function readMediaEtag(
  read: Patience['read'],
  owner: string,
): Promise<string | undefined> {
  return mediaEtagOf(await read({ method: 'GET', path: `${owner}/photo` }))
}

/**
 * The strong ETag of a photo without its bytes. undefined unless the metadata says in both places that it is: their own
 * header alone could be that of the text.
 */
export async function readStrongEtag(
  { read }: Patience,
  owner: string,
): Promise<string | undefined> {
  const answer = await read({ method: 'GET', path: `${owner}/photo` })
  const etag = strongEtag(answer.headers)
  return mediaEtagOf(answer) === etag ? etag : undefined
}

function mediaEtagOf(answer: Answer): string | undefined {
  if (verdictOf(answer) !== 'done') return undefined
  try {
    const metadata = JSON.parse(answer.body.toString()) as Readonly<Record<string, unknown>>
    const etag = metadata['@odata.mediaEtag']
    return typeof etag === 'string' && etag !== '' ? etag : undefined
  } catch {
    // No JSON, no etag.
    return undefined
  }
}
