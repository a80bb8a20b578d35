/**
 * The one RSA key of the issuer: how it is made, represented (a private JWK) and published. The caller
 * stores it between starts.
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

/** A new RSA key of 2048 bits with its `kid`, made off the event loop in 15 to 150 ms. */
export async function makeSigningKey(): Promise<JWK> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 })
  const jwk: JWK = privateKey.export({ format: 'jwk' })
  return { ...jwk, kid: await calculateJwkThumbprint(jwk), use: 'sig', alg: 'RS256' }
}

/** Throws TypeError for anything but a private RSA key of at least 2048 bits. */
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
