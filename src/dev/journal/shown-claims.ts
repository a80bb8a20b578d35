/**
 * What a bearer token says, for a developer to read. The signature is never read, so nothing here is proof of anything;
 * whether the token was accepted is in the verdict.
 */
import { withoutSecrets } from '../../events.ts'
import { isObject } from '../../json.ts'

export type ShownClaims = Readonly<Record<string, unknown>>

const longestClaims = 16_000
const webToken = /^Bearer +[\w-]+\.([\w-]+)\.[\w-]*$/i

/** undefined when there is no JSON Web Token, or its claims are too long to keep. */
export function readShownClaims(authorization: string | undefined): ShownClaims | undefined {
  const payload = webToken.exec(authorization ?? '')?.[1]
  if (payload === undefined || payload.length > longestClaims) return undefined
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString())
    return isObject(claims) ? showObject(claims, 0) : undefined
  } catch {
    // Not JSON: the token was refused for it.
    return undefined
  }
}

/** Claims of issuers are flat; an object in an object is rare, and a person can belong to 200 groups. */
const deepest = 4
const mostMembers = 300
const leftOut = '…'

/** A claim, and even its name, may carry another token. */
function showObject(claims: Readonly<Record<string, unknown>>, depth: number): ShownClaims {
  const members = Object.entries(claims).slice(0, mostMembers)
  return Object.fromEntries(
    members.map(([name, value]) => [withoutSecrets(name), show(value, depth + 1)]),
  )
}

function show(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return withoutSecrets(value)
  if (typeof value !== 'object' || value === null) return value
  if (depth > deepest) return leftOut
  if (isObject(value)) return showObject(value, depth)
  if (!Array.isArray(value)) return leftOut
  const shown = value.slice(0, mostMembers).map(member => show(member, depth + 1))
  return value.length > mostMembers ? [...shown, leftOut] : shown
}
