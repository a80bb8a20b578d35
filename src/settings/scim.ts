/** How people and groups of senders are read. */
import { chosenOf, flagOf, listOf, name, wrong } from './reading.ts'
import { ConfigError } from './setting.ts'
import type { Texts } from './table.ts'

export type Scim = Readonly<{
  /** The attribute with the id in the tokens of a person. */
  idFrom: 'externalId' | 'id' | 'userName' | 'employeeNumber'
  /** The text before and after the name of the group that is owned; undefined if no groups give others their owners. */
  owners: Readonly<{ before: string; after: string }> | undefined
  /** Hosts from which photos are fetched, in lower case, with a port other than 443; undefined: photos are off. */
  photoHosts: readonly string[] | undefined
}>

export function readScim(texts: Texts): Scim {
  return {
    idFrom: chosenOf(texts, 'scimId', ['externalId', 'id', 'userName', 'employeeNumber']),
    owners: readOwners(texts.scimOwners),
    photoHosts: readPhotoHosts(texts),
  }
}

const place = '{displayName}'

function readOwners(pattern: string | undefined): Scim['owners'] {
  if (pattern === undefined) return undefined
  const [before = '', after, ...more] = pattern.split(place)
  if (after !== undefined && more.length === 0 && before + after !== '') return { before, after }
  throw wrong('scimOwners', pattern, `a text with ${place} once in it, such as ${place} Owners`)
}

function readPhotoHosts(texts: Texts): Scim['photoHosts'] {
  const hosts = listOf(texts.scimPhotoHosts ?? '').map(hostOf)
  if (flagOf(texts, 'scimPhotos')) return hosts
  if (hosts.length === 0) return undefined
  throw new ConfigError(
    `${name('scimPhotoHosts')} has no meaning while ${name('scimPhotos')} is false.`,
  )
}

/** Letters, digits, dots and hyphens, or an address of IPv6, and a port. URL accepts more, such as a star. */
const hostForm = /^([a-z\d.-]+|\[[a-f\d:.]+\])(:\d+)?$/

/** As in addresses: without the port 443, and a name of other letters in its ASCII form. */
function hostOf(text: string): string {
  const host = /[/?#@]/.test(text) ? undefined : URL.parse(`https://${text}`)?.host
  if (host !== undefined && hostForm.test(host)) return host
  throw wrong(
    'scimPhotoHosts',
    text,
    'the name of a host, such as photos.example or photos.example:8443',
  )
}
