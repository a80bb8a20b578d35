/**
 * The one RSA key that signs everything the issuer gives out. It decides how the key is made,
 * carried (a private JWK) and published; where it is kept between starts is the caller's business.
 */

import { generateKeyPair, randomUUID } from 'node:crypto'
import { promisify } from 'node:util'
import { type CryptoKey, calculateJwkThumbprint, importJWK, type JWK } from 'jose'

export type SigningKey = Readonly<{
  privateJwk: JWK
  publicJwk: JWK
  kid: string
  privateKey: CryptoKey
}>

/** A fresh RSA key of 2048 bits, made off the event loop in 15 to 150 ms; carries its `kid`. */
export async function makeSigningKey(): Promise<JWK> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 })
  const jwk: JWK = privateKey.export({ format: 'jwk' })
  return { ...jwk, kid: await calculateJwkThumbprint(jwk), use: 'sig', alg: 'RS256' }
}

/** Throws a TypeError for anything but a private RSA key of at least 2048 bits. */
export async function openSigningKey(jwk: JWK): Promise<SigningKey> {
  if (jwk.kty !== 'RSA' || !jwk.d) throw new TypeError('The signing key is not a private RSA key')
  const { n, e } = jwk
  const kid = jwk.kid ?? randomUUID()
  const privateJwk: JWK = { ...jwk, kid, use: 'sig', alg: 'RS256' }
  const privateKey = await importJWK(privateJwk, 'RS256')
  if (privateKey instanceof Uint8Array) throw new TypeError('The signing key is a secret, not RSA')
  return {
    privateJwk,
    publicJwk: { kty: 'RSA', use: 'sig', alg: 'RS256', kid, x5t: kid, n: n ?? '', e: e ?? '' },
    kid,
    privateKey,
  }
}
