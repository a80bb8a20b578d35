/**
 * The claims of a token for reading: in a useful order, lists as lists, times as times. It checks nothing; whether a
 * token is accepted is the server's decision.
 */

export type Claim = Readonly<{
  name: string
  value:
    | Readonly<{ kind: 'text'; text: string }>
    | Readonly<{ kind: 'list'; texts: readonly string[] }>
    /** Milliseconds since 1970. */
    | Readonly<{ kind: 'time'; at: number }>
}>

/** First who, then what they may, then for whom and by whom, then when. The others follow as they come. */
const order = [
  ...['name', 'preferred_username', 'upn', 'app_displayname', 'oid', 'sub', 'tid', 'idtyp'],
  ...['scp', 'roles', 'wids', 'aud', 'iss', 'ver', 'azp', 'appid', 'exp', 'nbf', 'iat'],
]
const times = new Set(['exp', 'nbf', 'iat', 'auth_time'])

/** `roleNames`: of directory roles by their ids. */
export function readClaims(
  claims: Readonly<Record<string, unknown>>,
  roleNames: ReadonlyMap<string, string>,
): readonly Claim[] {
  const nameRole = (id: unknown) => {
    const name = roleNames.get(String(id).toLowerCase())
    return name === undefined ? id : `${name}: ${id}`
  }
  const place = (name: string) => (order.includes(name) ? order.indexOf(name) : order.length)
  return Object.entries(claims)
    .sort(([one], [other]) => place(one) - place(other))
    .map(([name, value]) => {
      const named = name === 'wids' && Array.isArray(value) ? value.map(nameRole) : value
      return { name, value: readValue(name, named) }
    })
}

function readValue(name: string, value: unknown): Claim['value'] {
  if (times.has(name) && typeof value === 'number') return { kind: 'time', at: value * 1000 }
  if (name === 'scp' && typeof value === 'string') {
    return { kind: 'list', texts: value.split(' ').filter(Boolean) }
  }
  if (Array.isArray(value)) return { kind: 'list', texts: value.map(writeText) }
  return { kind: 'text', text: writeText(value) }
}

function writeText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** What a JSON Web Token says; undefined when it is none. The signature is not looked at. */
export function decodeClaims(token: string): Readonly<Record<string, unknown>> | undefined {
  const [, payload = ''] = token.split('.')
  try {
    const bytes = Uint8Array.from(atob(payload.replaceAll('-', '+').replaceAll('_', '/')), one =>
      one.charCodeAt(0),
    )
    const claims: unknown = JSON.parse(new TextDecoder().decode(bytes))
    const isObject = typeof claims === 'object' && claims !== null && !Array.isArray(claims)
    return isObject ? (claims as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}
