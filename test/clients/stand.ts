/**
 * Visage for developers over real TLS with its own certificate, which this process trusts from then on, as with
 * NODE_EXTRA_CA_CERTS.
 */
import assert from 'node:assert/strict'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { certificateFor } from '../../src/dev/certificate.ts'
import { type Development, startDevelopment } from '../../src/dev/development.ts'
import type { TokenOrder } from '../../src/dev/issuer/mint.ts'
import { dHash, distance } from '../support/pictures.ts'

export type Stand = Readonly<{
  /** `https://localhost:12345` */
  origin: string
  mint: (order?: TokenOrder) => Promise<string>
  stop: () => Promise<void>
}>

export async function startStand(scheme: 'https' | 'http' = 'https'): Promise<Stand> {
  const troubles: unknown[] = []
  const development = await startDevelopment({
    host: '127.0.0.1',
    port: 0,
    data: undefined,
    strictContentType: false,
    photos: 'none',
    write: (_severity, fields) => troubles.push(fields),
    ...(scheme === 'https' && { tls: await trustedCertificate() }),
  })
  return {
    origin: development.origin,
    mint: order => mintOf(development, order),
    async stop() {
      await development.close()
      assert.deepEqual(troubles, [])
    },
  }
}

async function trustedCertificate(): Promise<{ cert: string; key: string }> {
  const made = await certificateFor(['localhost', '127.0.0.1'])
  setDefaultCACertificates([...getCACertificates('default'), made.authority])
  return made
}

async function mintOf({ issuer }: Development, order: TokenOrder = {}): Promise<string> {
  const user = order.app === undefined && { person: 'alice', scopes: ['User.ReadWrite'] }
  return await issuer.mint({ ...user, ...order })
}

/** Whether both show the same picture, also after cropping, scaling and encoding. */
export async function assertShows(bytes: Uint8Array, picture: Uint8Array): Promise<void> {
  const far = distance(await dHash(bytes), await dHash(picture))
  assert.ok(far <= 4, `the pictures are ${far} bits apart`)
}

/** Copies the bytes to a separate buffer: some clients send the whole buffer of a view. */
export function ownBytes(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(bytes)
}
