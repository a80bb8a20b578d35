/**
 * Versions of resources: a weak ETag of the time of the last change. Each change by a source gets a later time than the one
 * before. Conditions are compared weakly.
 *
 * https://www.rfc-editor.org/rfc/rfc7644#section-3.14
 */
import type { Call } from '../call.ts'
import { Failure } from '../failure.ts'

/** Changes of a group's owners and members count too. */
type Changed = Readonly<{ changed_at: number }>

export function versionOf({ changed_at }: Changed): string {
  return `W/"${changed_at.toString(36)}"`
}

/** Throws Failure 'entry-changed' when If-Match names other versions only. */
export function refuseOtherVersion({ headers }: Pick<Call, 'headers'>, row: Changed): void {
  const wanted = headers['if-match']
  if (wanted === undefined || names(wanted, row)) return
  throw new Failure('entry-changed')
}

/** For a GET: whether the sender has this version already. */
export function isKnownVersion({ headers }: Pick<Call, 'headers'>, version: string): boolean {
  const { 'if-none-match': known = '' } = headers
  return known.split(',').some(one => opaque(one) === opaque(version))
}

function names(list: string, row: Changed): boolean {
  const version = opaque(versionOf(row))
  return list.split(',').some(one => one.trim() === '*' || opaque(one) === version)
}

/** Without `W/` and quotes, which some senders leave out. */
function opaque(tag: string): string {
  return tag.trim().replace(/^W\//, '').replaceAll('"', '')
}
