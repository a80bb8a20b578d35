/**
 * What stands at the places of a token: a text, words or a list, or a Failure that names the claim.
 */
import { Failure } from '../failure.ts'
import { quote } from './bearer.ts'
import { type Pointer, valueAt } from './pointer.ts'

export type Claims = Readonly<Record<string, unknown>>

/**
 * "It MUST NOT exceed 255 ASCII characters in length." What is longer becomes nobody's row, in no
 * database's index. https://openid.net/specs/openid-connect-core-1_0.html#IDToken
 */
const maxIdLength = 255

/** Of the first place that holds one; '' where none does. */
export function textAt(claims: Claims, places: readonly Pointer[]): string {
  for (const place of places) {
    const value = valueAt(claims, place)
    if (value === undefined || value === '') continue
    if (typeof value !== 'string') throw malformed(place, value)
    return value
  }
  return ''
}

/** A text that becomes part of a key. */
export function idAt(claims: Claims, places: readonly Pointer[]): string {
  const id = textAt(claims, places)
  if (id.length <= maxIdLength && isStorable(id)) return id
  throw malformed(places.find(place => valueAt(claims, place) === id) ?? '/', id)
}

/** For display only: what is no text is left out instead of refused. */
export function nameAt(claims: Claims, places: readonly Pointer[]): string | undefined {
  const values = places.map(place => valueAt(claims, place))
  return values.find(value => typeof value === 'string' && value !== '' && isStorable(value)) as
    | string
    | undefined
}

/** Words of a text, or of a list of texts. */
export function wordsAt(claims: Claims, places: readonly Pointer[]): string[] {
  return places.flatMap(place => {
    const value = valueAt(claims, place)
    return typeof value === 'string' ? value.split(/\s+/).filter(Boolean) : listOf(place, value)
  })
}

/** Of every place; [] where nothing stands. */
export function listAt(claims: Claims, places: readonly Pointer[]): string[] {
  return places.flatMap(place => listOf(place, valueAt(claims, place)))
}

function listOf(place: Pointer, value: unknown): string[] {
  if (value === undefined) return []
  if (Array.isArray(value) && value.every(item => typeof item === 'string')) return value
  throw malformed(place, value)
}

/** Neither database keeps half a character, and PostgreSQL keeps no NUL. */
function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0')
}

function malformed(place: Pointer, value: unknown): Failure {
  const claim = place.slice(1)
  return new Failure('token-malformed', { detail: `${claim} is ${quote(value)}`, facts: { claim } })
}
