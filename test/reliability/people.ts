/** The people of a fault: each signs in and sets their own photo. */
import { contoso, type TestIssuer, v2User } from '../support/test-issuer.ts'

export type Person = Readonly<{ name: string; token: string }>

/** Their tokens are valid for this many days before and after now; a run takes less than a day. */
export function signIn(
  issuer: Pick<TestIssuer, 'origin' | 'sign'>,
  count: number,
  days = 1,
): Person[] {
  return Array.from({ length: count }, (_, at) => {
    const name = `person-${at + 1}`
    const oid = `00000000-0000-4000-8000-${String(at + 1).padStart(12, '0')}`
    const nowMs = Date.now()
    const [now, lifetime] = [Math.floor(nowMs / 1000), Math.round(days * 86_400)]
    const claims = v2User(nowMs, {
      iss: `${issuer.origin}/${contoso}/v2.0`,
      oid,
      sub: oid,
      name,
      preferred_username: `${name}@contoso.example`,
      iat: now - lifetime,
      nbf: now - lifetime,
      exp: now + lifetime,
    })
    return { name, token: issuer.sign(claims) }
  })
}
