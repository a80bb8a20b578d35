/** What the token says it may do, beside what the run needs, before the first request. Only shown: the server decides. */

import { tables } from '../permissions/tables.ts'
import { type Kind, kinds } from './kinds.ts'
import { Stopped } from './stopped.ts'
import { type Claims, readClaims } from './tokens.ts'

type Need = Readonly<{
  what: string
  /** Any of these is enough. */
  sufficient: readonly string[]
  /** undefined if the token does not show its permissions. */
  isHeld: boolean | undefined
}>

export type Preflight = Readonly<{
  account: Claims['account'] | undefined
  permissions: readonly string[]
  needs: readonly Need[]
}>

/** Throws Stopped 'refused' where no permission would help. */
export function checkToken(token: string, kind: Kind): Preflight {
  const claims = readClaims(token)
  const { resource, many } = kinds[kind]
  const listed = resource === 'team' ? 'group' : resource
  const wanted = [
    [`list ${many}`, tables.listEntries[listed]],
    ['read photos', tables.read[resource]],
    ['set photos', tables.update[resource]],
  ] as const
  const account = claims?.account ?? 'application'
  const needs = wanted.map(([what, { rows }]): Need => {
    const row = rows[account]
    if (row === 'unsupported') {
      if (claims === undefined) return { what, sufficient: [], isHeld: undefined }
      throw new Stopped(
        'refused',
        `photos of ${many} need a signed-in user: no program may ${what}`,
      )
    }
    // For oneself alone, and this is about others.
    const sufficient = row.filter(name => name !== 'User.ReadWrite' && name !== 'User.Read')
    return { what, sufficient, isHeld: claims && holdsOne(claims, sufficient) }
  })
  return { account: claims?.account, permissions: claims?.permissions ?? [], needs }
}

function holdsOne({ permissions }: Claims, sufficient: readonly string[]): boolean {
  return sufficient.some(name => permissions.includes(name))
}
