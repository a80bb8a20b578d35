/** Where photos go: a Graph of Microsoft in one of its clouds, or any other at an address. */
import { isLoopback } from '../loopback.ts'
import { type CloudName, clouds } from '../tokens/clouds.ts'
import { Stopped } from './stopped.ts'

export type Target = Readonly<{
  /** With its version, without a slash at the end: `https://graph.microsoft.com/v1.0`. */
  root: string
  /**
   * Microsoft documents no If-None-Match for photos, so none is sent there. Where a photo has a strong ETag, If-Match is
   * sent anywhere.
   */
  isMicrosoft: boolean
}>

export const cloudNames = Object.keys(clouds) as CloudName[]

/** Throws Stopped 'misuse' unless exactly one of them is given. */
export function readTarget(to: string | undefined, cloud: CloudName | undefined): Target {
  if ((to === undefined) === (cloud === undefined)) {
    throw new Stopped(
      'misuse',
      `say where the photos go: --to URL, or --cloud ${cloudNames.join('|')}`,
    )
  }
  if (cloud !== undefined) return { root: `${clouds[cloud].graphRoot}/v1.0`, isMicrosoft: true }
  const url = URL.parse(to ?? '')
  const problem = url === null ? 'it is not an address' : problemOf(url)
  if (url === null || problem !== undefined) throw new Stopped('misuse', `--to ${to}: ${problem}`)
  const path = url.pathname.replace(/\/+$/, '')
  const version = /\/(v1\.0|beta)$/i.test(path) ? '' : '/v1.0'
  return { root: url.origin + path + version, isMicrosoft: isMicrosoft(url) }
}

/**
 * The target that a plan or a journal names. Whoever can write such a file could get the token of who uses it, so for another
 * machine the command must say the same. Throws Stopped 'misuse'.
 */
export function confirmTarget(
  file: 'plan' | 'journal',
  root: string,
  to: string | undefined,
  cloud: CloudName | undefined,
): Target {
  const isSaid = to !== undefined || cloud !== undefined
  const target = isSaid ? readTarget(to, cloud) : readTarget(root, undefined)
  if (target.root !== root) {
    throw new Stopped('misuse', `the ${file} is for ${root}, not ${target.root}`)
  }
  if (isSaid || isLoopback(new URL(root).hostname)) return target
  throw new Stopped(
    'misuse',
    `the ${file} is for ${root}. Say so with --to or --cloud: a file alone does not decide where a token goes`,
  )
}

/** A token that is sent without TLS can be read on the way, except within this machine. */
function problemOf(url: URL): string | undefined {
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'it begins with https://'
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    return 'a token is only sent over https, except to this machine'
  }
  if (url.username || url.password) return 'it must not hold a name or a password'
  return url.search || url.hash ? 'it must end with the path' : undefined
}

function isMicrosoft({ origin }: URL): boolean {
  return Object.values(clouds).some(({ graphRoot }) => graphRoot === origin)
}
