/** The flags of `visage dev` about names that are not those of this machine. */
import { InvalidArgumentError } from 'commander'
import { nearest } from '../dev/issuer/nearest.ts'
import { type CloudName, clouds } from '../tokens/clouds.ts'

export const cloudNames = Object.keys(clouds) as CloudName[]

/** Where programs expect those hosts. */
export const standInPort = 443

export function readCloud(text: string, before: CloudName | undefined): CloudName {
  if (before !== undefined) throw new InvalidArgumentError('Name one cloud only.')
  const cloud = cloudNames.find(name => name === text)
  if (cloud !== undefined) return cloud
  const [meant] = nearest(text, cloudNames)
  throw new InvalidArgumentError(
    `The clouds are ${cloudNames.join(', ')}.${meant === undefined ? '' : ` Did you mean ${meant}?`}`,
  )
}

/** Compared exactly, so a pattern or a space would never match. */
export function readRedirectUri(text: string): string {
  const url = URL.parse(text)
  const isExact = !/[#*\s\p{Cc}]/u.test(text)
  if (url !== null && /^https?:$/.test(url.protocol) && isExact) return text
  throw new InvalidArgumentError(
    'An http or https address, without a #, * or space, as the program sends it.',
  )
}
