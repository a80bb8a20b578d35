/** The people whose photos a fault is watched with: each signs in alone and sets their own. */
import { contoso, type TestIssuer, v2User } from '../support/test-issuer.ts'

export type Person = Readonly<{ name: string; token: string }>

const lifetimeSeconds = 86_400

/** Tokens count for a day, so that they outlast any run. */
export function signIn(issuer: Pick<TestIssuer, 'origin' | 'sign'>, count: number): Person[] {
  return Array.from({ length: count }, (_, at) => {
    const name = `person-${at + 1}`
    const oid = `00000000-0000-4000-8000-${String(at + 1).padStart(12, '0')}`
    const nowMs = Date.now()
    const exp = Math.floor(nowMs / 1000) + lifetimeSeconds
    const claims = v2User(nowMs, {
      iss: `${issuer.origin}/${contoso}/v2.0`,
      oid,
      sub: oid,
      name,
      preferred_username: `${name}@contoso.example`,
      exp,
    })
    return { name, token: issuer.sign(claims) }
  })
}
