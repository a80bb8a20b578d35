/** How people and groups of provisioning programs are read. */
import { chosenOf, wrong } from './reading.ts'
import type { Texts } from './table.ts'

export type Scim = Readonly<{
  /** The attribute with the id in the tokens of a person. */
  idFrom: 'externalId' | 'id' | 'userName' | 'employeeNumber'
  /** What stands before and after the name of the group that is owned; undefined without such groups. */
  owners: Readonly<{ before: string; after: string }> | undefined
}>

export function readScim(texts: Texts): Scim {
  return {
    idFrom: chosenOf(texts, 'scimId', ['externalId', 'id', 'userName', 'employeeNumber']),
    owners: readOwners(texts.scimOwners),
  }
}

const place = '{displayName}'

function readOwners(pattern: string | undefined): Scim['owners'] {
  if (pattern === undefined) return undefined
  const [before = '', after, ...more] = pattern.split(place)
  if (after !== undefined && more.length === 0 && before + after !== '') return { before, after }
  throw wrong('scimOwners', pattern, `a text with ${place} once in it, such as ${place} Owners`)
}
