/** A certificate that is renewed under a server: on SIGHUP, by files replaced, and by files that do not fit. */
import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { connect } from 'node:tls'
import { certificateFor } from '../../src/dev/certificate.ts'
import { watchCertificate } from '../../src/serving/certificate-watch.ts'
import type { Certificate } from '../../src/settings/certificate.ts'
import { until } from '../settings/stand.ts'
import { inFolder, type Running, startVisage } from '../support/visage.ts'

async function make(): Promise<Certificate & { fingerprint: string }> {
  const { cert, key } = await certificateFor(['localhost'])
  const { fingerprint256: fingerprint } = new X509Certificate(cert)
  return { cert: Buffer.from(cert), key: Buffer.from(key), fingerprint }
}

/** The certificate that a new client gets. */
async function shown({ origin }: Running): Promise<string> {
  const socket = connect({ port: Number(new URL(origin).port), rejectUnauthorized: false })
  await once(socket, 'secureConnect')
  const { fingerprint256 } = socket.getPeerCertificate()
  socket.destroy()
  return fingerprint256
}

const settings = {
  VISAGE_ISSUER: 'http://127.0.0.1:1',
  VISAGE_AUDIENCE: 'visage',
  VISAGE_PORT: '0',
}
const files = { VISAGE_TLS_CERT: 'a.pem', VISAGE_TLS_KEY: 'a.key' }

describe('SIGHUP', () => {
  for (const workers of ['1', '2']) {
    test(`gives new connections the new certificate, with workers: ${workers}`, () =>
      inFolder(async cwd => {
        const put = async ({ cert, key }: Certificate) => {
          await writeFile(join(cwd, 'a.pem'), cert)
          await writeFile(join(cwd, 'a.key'), key)
        }
        const [first, second, third] = [await make(), await make(), await make()]
        await put(first)
        const env = { ...settings, ...files, VISAGE_WORKERS: workers }
        const visage = await startVisage(['serve'], { cwd, env })
        assert.equal(await shown(visage), first.fingerprint)

        await put(second)
        visage.send('SIGHUP')
        await until(() => visage.stderr().includes('"certificate-renewed"'))
        // One connection after the other goes to each worker.
        for (let round = 0; round < 4; round += 1) {
          await until(async () => (await shown(visage)) === second.fingerprint)
        }

        await writeFile(join(cwd, 'a.key'), third.key)
        visage.send('SIGHUP')
        await until(() => visage.stderr().includes('"certificate-refused"'))
        assert.match(visage.stderr(), /VISAGE_TLS_CERT.*not a certificate and its key/)
        assert.equal(await shown(visage), second.fingerprint)
        assert.deepEqual(await visage.stop(), { code: 0, signal: null })
      }))
  }

  test('does not end a server without a certificate', () =>
    inFolder(async cwd => {
      const visage = await startVisage(['serve'], { cwd, env: settings })
      visage.send('SIGHUP')
      await until(() => visage.stderr().includes('"nothing-to-reload"'))
      assert.equal((await fetch(`${visage.origin}/healthz`)).status, 200)
      assert.deepEqual(await visage.stop(), { code: 0, signal: null })
    }))
})

test('replaced files are noticed, and reported once while they do not match', async () => {
  const [first, second] = [await make(), await make()]
  let onDisk: Certificate | undefined = first
  const used: Certificate[] = []
  const events: unknown[] = []
  let look = () => {}
  let ends = 0
  const watch = watchCertificate({
    current: first,
    load() {
      if (onDisk === undefined) throw new Error('they do not fit')
      return onDisk
    },
    use: certificate => used.push(certificate),
    write: (_severity, { event }) => events.push(event),
    repeat(work) {
      look = work
      return () => {
        ends += 1
      }
    },
  })
  look()
  assert.deepEqual([used, events], [[], []])
  onDisk = undefined
  look()
  look()
  onDisk = second
  look()
  look()
  assert.deepEqual([used, events], [[second], ['certificate-refused', 'certificate-renewed']])
  watch.renew()
  assert.equal(events.at(-1), 'certificate-unchanged')
  watch.end()
  assert.equal(ends, 1)
})
