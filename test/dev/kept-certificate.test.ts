/** Certificates of `visage dev`: what their authority may sign, by clients that check it, and how they are kept. */
import assert from 'node:assert/strict'
import { createPrivateKey, KeyObject, X509Certificate } from 'node:crypto'
import {
  chmod,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { checkServerIdentity, connect, type PeerCertificate } from 'node:tls'
import * as x509 from '@peculiar/x509'
import { certificateFor, makeAuthority, makeCertificate } from '../../src/dev/certificate.ts'
import { keepCertificate, ownKind, standInKind } from '../../src/dev/kept-certificate.ts'
import { clouds } from '../../src/tokens/clouds.ts'
import { writeOldCertificate } from '../support/old-certificate.ts'

const day = 86_400_000

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'visage-certificate-'))
  try {
    await work(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** What a client that trusts `ca` says about the server: '' if it accepts it. */
async function verify(ca: string, pair: { cert: string; key: string }, servername: string) {
  const server = createServer(pair)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  try {
    const { port } = server.address() as AddressInfo
    return await new Promise<string>(resolve => {
      const checked = (_: string, cert: PeerCertificate) => checkServerIdentity(servername, cert)
      const socket = connect({ port, ca, host: '127.0.0.1', checkServerIdentity: checked })
      socket.on('secureConnect', () => resolve('')).on('error', error => resolve(error.message))
      socket.on('secureConnect', () => socket.destroy())
    })
  } finally {
    server.closeAllConnections()
    await new Promise(resolve => server.close(resolve))
  }
}

describe('an authority', () => {
  const kinds = [ownKind, ...(['global', 'usgov', 'usgov-dod', 'china'] as const).map(standInKind)]
  for (const kind of kinds) {
    test(`of ${kind.title} is accepted for its names and no others`, async () => {
      const authority = await makeAuthority(kind, Date.now())
      const signed = async (name: string) =>
        verify(authority.cert, await authority.sign([name]), name)
      for (const name of kind.names) assert.equal(await signed(name), '', name)
      for (const name of [
        'evil.example',
        `${kind.names[0]}.evil.example`,
        'microsoft.com',
        'com',
      ]) {
        assert.match(await signed(name), /permitted subtree violation/, name)
      }
      const address = kind === ownKind ? '127.0.0.2' : '127.0.0.1'
      const { cert, key } = await authority.sign([address])
      assert.match(await verify(authority.cert, { cert, key }, '127.0.0.1'), /subtree violation/)
    })
  }

  test('does not let its certificate sign another', async () => {
    const { cert, key, authority } = await certificateFor(['localhost'])
    const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const
    const usages = ['sign', 'verify'] as const
    const { publicKey, privateKey } = await crypto.subtle.generateKey(algorithm, true, usages)
    const pkcs8 = createPrivateKey(key).export({ format: 'der', type: 'pkcs8' })
    const forged = await x509.X509CertificateGenerator.create({
      issuer: new x509.X509Certificate(cert).subject,
      subject: 'CN=localhost',
      publicKey,
      signingKey: await crypto.subtle.importKey('pkcs8', pkcs8, algorithm, false, ['sign']),
      signingAlgorithm: algorithm,
      extensions: [new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: 'localhost' }])],
    })
    const forgedKey = KeyObject.from(privateKey).export({ format: 'pem', type: 'pkcs8' })
    const pair = { cert: `${forged.toString('pem')}\n${cert}`, key: forgedKey.toString() }
    assert.equal(await verify(authority, { cert, key }, 'localhost'), '')
    assert.match(await verify(authority, pair, 'localhost'), /does not include certificate signing/)
  })

  test('is not the key on the disk', () =>
    inFolder(async folder => {
      for (const kind of kinds) {
        const { authority, cert } = await keepCertificate(folder, kind)
        const file = await readFile(join(folder, kind.keyFile), 'utf8')
        const key = createPrivateKey(file.slice(file.indexOf('-----BEGIN PRIVATE KEY')))
        assert.equal(new X509Certificate(authority).checkPrivateKey(key), false)
        assert.equal(new X509Certificate(cert).checkPrivateKey(key), true)
        assert.equal(new X509Certificate(cert).ca, false)
      }
    }))
})

describe('the own certificate', () => {
  test('names no host of a cloud', async () => {
    const { cert } = await makeCertificate(ownKind, Date.now())
    const own = new X509Certificate(cert)
    const names = 'DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1'
    assert.equal(own.subjectAltName, names)
    for (const { graphRoot, authorityHosts } of Object.values(clouds)) {
      for (const host of [new URL(graphRoot).host, ...authorityHosts]) {
        assert.equal(own.checkHost(host), undefined)
      }
    }
  })
})

describe('a kept certificate', () => {
  const now = Date.UTC(2026, 10, 30)

  test('stays, and its key is for its owner alone', () =>
    inFolder(async folder => {
      for (const kind of [ownKind, standInKind('global')]) {
        const first = await keepCertificate(folder, kind, now)
        const second = await keepCertificate(folder, kind, now + 5 * day)
        assert.deepEqual([first.state, second.state], ['first', 'kept'])
        assert.equal(second.authority, first.authority)
        assert.equal(second.cert, first.cert)
        assert.equal(second.key, first.key)
        assert.equal((await stat(join(folder, kind.keyFile))).mode & 0o777, 0o600)
      }
    }))

  test('of a cloud is valid for seven days, the own one for a year', async () => {
    for (const [kind, days] of [
      [ownKind, 365],
      [standInKind('global'), 7],
    ] as const) {
      const { cert, authority } = await makeCertificate(kind, now)
      for (const pem of [cert, authority]) {
        assert.equal(new X509Certificate(pem).validToDate.getTime(), now + days * day)
      }
      const last = days === 7 ? '2026-12-07' : '2027-11-30'
      assert.equal(new X509Certificate(authority).subject, `CN=${kind.title} until ${last}`)
    }
  })

  const later = [
    ['it ends soon', now + 6.5 * day],
    ['it has ended', now + 30 * day],
    ['the clock was moved back before its beginning', now - day],
  ] as const
  for (const [why, then] of later) {
    test(`is renewed when ${why}`, () =>
      inFolder(async folder => {
        const first = await keepCertificate(folder, standInKind('global'), now)
        const second = await keepCertificate(folder, standInKind('global'), then)
        assert.equal(second.state, 'renewed')
        assert.notEqual(second.authority, first.authority)
        const third = await keepCertificate(folder, standInKind('global'), then)
        assert.equal(third.state, 'kept')
        assert.equal(third.authority, second.authority)
      }))
  }

  test('from before, which could sign for any name, is replaced', () =>
    inFolder(async folder => {
      const text = await writeOldCertificate(folder, now)
      const made = await keepCertificate(folder, ownKind, now)
      assert.equal(made.state, 'replaced')
      assert.notEqual(await readFile(join(folder, 'certificate-key.pem'), 'utf8'), text)
      assert.equal(await readFile(join(folder, 'certificate.pem'), 'utf8'), made.authority)
      assert.equal((await keepCertificate(folder, ownKind, now)).state, 'kept')
    }))

  test('is renewed when others could read its key', { skip: process.platform === 'win32' }, () =>
    inFolder(async folder => {
      const kind = standInKind('global')
      const first = await keepCertificate(folder, kind, now)
      await chmod(join(folder, kind.keyFile), 0o640)
      const [second, atOnce] = await Promise.all([
        keepCertificate(folder, kind, now),
        keepCertificate(folder, kind, now),
      ])
      assert.equal(atOnce.key, second.key)
      assert.equal(second.state, 'renewed')
      assert.notEqual(second.key, first.key)
      assert.equal((await stat(join(folder, kind.keyFile))).mode & 0o777, 0o600)
    }),
  )

  test('replaces a link, and leaves the file that it leads to', () =>
    inFolder(async folder => {
      const kind = standInKind('global')
      await mkdir(join(folder, 'data'), { mode: 0o700 })
      const elsewhere = join(folder, 'elsewhere')
      for (const name of [kind.file, kind.keyFile]) {
        await writeFile(elsewhere, 'mine', { mode: 0o600 })
        await symlink(elsewhere, join(folder, 'data', name))
      }
      const { key } = await keepCertificate(join(folder, 'data'), kind, now)
      assert.equal(await readFile(elsewhere, 'utf8'), 'mine')
      const file = join(folder, 'data', kind.keyFile)
      assert.equal((await lstat(file)).isFile(), true)
      assert.ok((await readFile(file, 'utf8')).endsWith(key))
    }))

  test('is one for all starts at the same time, first and renewed', () =>
    inFolder(async folder => {
      const kind = standInKind('global')
      for (const then of [now, now + 30 * day]) {
        const starts = Array.from({ length: 6 }, () => keepCertificate(folder, kind, then))
        const kept = await Promise.all(starts)
        const authority = await readFile(join(folder, kind.file), 'utf8')
        for (const one of kept) assert.equal(one.authority, authority)
        assert.equal((await keepCertificate(folder, kind, then)).authority, authority)
      }
      assert.deepEqual((await readdir(folder)).sort(), [kind.keyFile, kind.file].sort())
    }))

  test('is told to clients again when the file for them is changed', () =>
    inFolder(async folder => {
      const kind = standInKind('global')
      const { authority } = await keepCertificate(folder, kind, now)
      const other = await makeCertificate(kind, now)
      for (const text of [other.authority, 'nothing', '']) {
        await writeFile(join(folder, kind.file), text)
        assert.equal((await keepCertificate(folder, kind, now)).authority, authority)
        assert.equal(await readFile(join(folder, kind.file), 'utf8'), authority)
      }
    }))

  test('is made again when its key does not fit', () =>
    inFolder(async folder => {
      const kind = standInKind('global')
      await keepCertificate(folder, kind, now)
      const other = await makeCertificate(kind, now)
      const whole = await readFile(join(folder, kind.keyFile), 'utf8')
      for (const text of [whole.replace(/-----BEGIN PRIVATE.*/s, other.key), 'nothing', '']) {
        await writeFile(join(folder, kind.keyFile), text)
        const { cert, key } = await keepCertificate(folder, kind, now)
        assert.equal(new X509Certificate(cert).checkPrivateKey(createPrivateKey(key)), true)
      }
    }))

  test('that cannot be written says which file, and leaves no part of it', () =>
    inFolder(async folder => {
      const kind = standInKind('global')
      await mkdir(join(folder, kind.keyFile))
      await assert.rejects(
        keepCertificate(folder, kind, now),
        (error: Error & { detail?: string }) =>
          /the certificate file .*as-global-key\.pem cannot be written \(E/.test(
            error.detail ?? '',
          ),
      )
      assert.deepEqual(await readdir(folder), [kind.keyFile])
    }))
})
