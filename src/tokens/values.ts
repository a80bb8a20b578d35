/**
 * Reads values at pointers of a token as a text, words or a list. Throws a Failure that names the
 * claim.
 */
import { Failure } from '../failure.ts'
import { type Pointer, valueAt } from './pointer.ts'
import { quote } from './token.ts'

export type Claims = Readonly<Record<string, unknown>>

/**
 * "It MUST NOT exceed 255 ASCII characters in length." Also keeps long ids out of the database's
 * indexes. https://openid.net/specs/openid-connect-core-1_0.html#IDToken
 */
const maxIdLength = 255

/** The first text at one of the pointers; '' if there is none. */
export function textAt(claims: Claims, pointers: readonly Pointer[]): string {
  for (const pointer of pointers) {
    const value = valueAt(claims, pointer)
    if (value === undefined || value === '') continue
    if (typeof value !== 'string') throw malformed(pointer, value)
    return value
  }
  return ''
}

/** A text that becomes part of a key. */
export function idAt(claims: Claims, pointers: readonly Pointer[]): string {
  const id = textAt(claims, pointers)
  if (id.length <= maxIdLength && isStorable(id)) return id
  throw malformed(pointers.find(pointer => valueAt(claims, pointer) === id) ?? '/', id)
}

/** For display only, so a value that is not a text is ignored instead of refused. */
export function nameAt(claims: Claims, pointers: readonly Pointer[]): string | undefined {
  const values = pointers.map(pointer => valueAt(claims, pointer))
  return values.find(value => typeof value === 'string' && value !== '' && isStorable(value)) as
    | string
    | undefined
}

/** Words of a text, or of a list of texts. */
export function wordsAt(claims: Claims, pointers: readonly Pointer[]): string[] {
  return pointers.flatMap(pointer => {
    const value = valueAt(claims, pointer)
    return typeof value === 'string' ? value.split(/\s+/).filter(Boolean) : listOf(pointer, value)
  })
}

/** The values at all pointers; [] if there are none. */
export function listAt(claims: Claims, pointers: readonly Pointer[]): string[] {
  return pointers.flatMap(pointer => listOf(pointer, valueAt(claims, pointer)))
}

function listOf(pointer: Pointer, value: unknown): string[] {
  if (value === undefined) return []
  if (Array.isArray(value) && value.every(item => typeof item === 'string')) return value
  throw malformed(pointer, value)
}

/** Databases cannot store a lone surrogate, and PostgreSQL cannot store NUL. */
function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0')
}

function malformed(pointer: Pointer, value: unknown): Failure {
  const claim = pointer.slice(1)
  return new Failure('token-malformed', { detail: `${claim} is ${quote(value)}`, facts: { claim } })
}
