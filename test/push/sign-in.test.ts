/** The ways to sign in for push: Entra ID as `visage dev` plays it, any issuer of OpenID Connect, a file; and a proxy. */
import assert from 'node:assert/strict'
import { KeyObject } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { X509CertificateGenerator } from '@peculiar/x509'
import { tenantId } from '../../src/dev/demo/tenant.ts'
import { startVisage, type Visage } from '../../src/visage.ts'
import { openBrowser } from '../dev/issuer/stand.ts'
import { portraitJpeg } from '../support/pictures.ts'
import {
  type Finished,
  inFolder,
  type Launched,
  launchVisage,
  runVisage,
} from '../support/visage.ts'

async function withFolder(
  visage: Visage,
  work: (
    push: (args: readonly string[], env?: Readonly<Record<string, string>>) => Promise<Finished>,
    folder: string,
  ) => Promise<void>,
): Promise<void> {
  await inFolder(async folder => {
    await mkdir(join(folder, 'photos'))
    const jpeg = await portraitJpeg({ width: 100, height: 100 })
    await writeFile(join(folder, 'photos', 'alice@visage.example.jpg'), jpeg)
    await writeFile(join(folder, 'secret'), 'any\n')
    await writeFile(join(folder, 'ca.pem'), visage.certificate ?? '')
    const trust = { NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem') }
    await work(
      (args, env = {}) =>
        runVisage(['push', 'photos', '--to', visage.url, '--yes', ...args], {
          cwd: folder,
          env: { ...trust, ...env },
        }),
      folder,
    )
  })
}

/** MSAL signs with RSA only. */
async function makeAppCertificate() {
  const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }
  const size = { modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) }
  const keys = await crypto.subtle.generateKey({ ...algorithm, ...size }, true, ['sign', 'verify'])
  const options = { name: 'CN=push', keys, signingAlgorithm: algorithm }
  const cert = await X509CertificateGenerator.createSelfSigned(options)
  const key = KeyObject.from(keys.privateKey).export({ format: 'pem', type: 'pkcs8' })
  return { key: key.toString(), cert: cert.toString('pem') }
}

async function findIn(running: Launched, pattern: RegExp): Promise<readonly string[]> {
  let isEnded = false
  void running.ended.then(() => {
    isEnded = true
  })
  for (;;) {
    const found = pattern.exec(running.stderr())
    if (found !== null) return found
    if (isEnded) throw new Error(`it ended: ${running.stderr()}`)
    await wait(20)
  }
}

const id = '11111111-2222-4333-8444-555555555555'

describe('push signs in', () => {
  test('with a secret at Entra ID, at the authority that the variables of Azure name', async () => {
    await using visage = await startVisage({ photos: 'none', https: true })
    await withFolder(visage, async push => {
      const args = ['--tenant', tenantId, '--client-id', id, '--secret-file', 'secret']
      const env = { AZURE_AUTHORITY_HOST: visage.url }
      const { code, stdout, stderr } = await push(['--sign-in', 'secret', ...args], env)
      assert.equal(code, 0, stderr)
      assert.match(stdout, /Signed in as a program[\s\S]*1 photo set/)
    })
  })

  test('by the variables of Azure alone', async () => {
    await using visage = await startVisage({ photos: 'none', https: true })
    await withFolder(visage, async push => {
      const app = { AZURE_TENANT_ID: tenantId, AZURE_CLIENT_ID: id, AZURE_CLIENT_SECRET: 'any' }
      const env = { AZURE_AUTHORITY_HOST: visage.url, ...app }
      const { code, stderr } = await push(['--sign-in', 'environment'], env)
      assert.equal(code, 0, stderr)
    })
  })

  test('as a machine of Azure, at the address that its platform names', async () => {
    await using visage = await startVisage({ photos: 'none' })
    const asked: string[] = []
    const token = await visage.token({ app: true })
    const identity = createServer((request, response) => {
      asked.push(`${request.headers['x-identity-header']} ${request.url}`)
      const until = Math.floor(Date.now() / 1000) + 3600
      const answer = { access_token: token, expires_on: String(until), token_type: 'Bearer' }
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
    })
    identity.listen(0, '127.0.0.1')
    await once(identity, 'listening')
    const { port } = identity.address() as AddressInfo
    try {
      await withFolder(visage, async push => {
        const env = {
          IDENTITY_ENDPOINT: `http://127.0.0.1:${port}/msi/token`,
          IDENTITY_HEADER: 'of-this-machine',
        }
        const { code, stdout, stderr } = await push(['--sign-in', 'managed-identity'], env)
        assert.equal(code, 0, stderr)
        assert.match(stdout, /Signed in as a program[\s\S]*1 photo set/)
      })
    } finally {
      identity.closeAllConnections()
      identity.close()
    }
    const [first = ''] = asked
    assert.match(first, /^of-this-machine \/msi\/token\?/)
    assert.equal(
      new URL(`http://x${first.split(' ')[1]}`).searchParams.get('resource'),
      new URL(visage.url).origin,
    )
  })

  test('with a certificate in the place of a secret', async () => {
    await using visage = await startVisage({ photos: 'none', https: true })
    await withFolder(visage, async (push, folder) => {
      const { key, cert } = await makeAppCertificate()
      await writeFile(join(folder, 'app.pem'), `${key}\n${cert}`)
      const args = ['--tenant', tenantId, '--client-id', id, '--certificate', 'app.pem']
      const env = { AZURE_AUTHORITY_HOST: visage.url }
      const { code, stdout, stderr } = await push(['--sign-in', 'certificate', ...args], env)
      assert.equal(code, 0, stderr)
      assert.match(stdout, /Signed in as a program[\s\S]*1 photo set/)
      await writeFile(join(folder, 'app.pem'), cert)
      const without = await push(['--sign-in', 'certificate', ...args], env)
      assert.equal(without.code, 4, without.stderr)
      assert.match(without.stderr, /Signing in failed/i)
    })
  })

  test('as a person, who enters the code that it shows', async () => {
    await using visage = await startVisage({ photos: 'none', https: true })
    await withFolder(visage, async (_push, folder) => {
      const args = ['--sign-in', 'device-code', '--tenant', tenantId, '--client-id', id]
      const env = {
        NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem'),
        AZURE_AUTHORITY_HOST: visage.url,
      }
      const running = launchVisage(['push', 'photos', '--to', visage.url, '--yes', ...args], {
        cwd: folder,
        env,
      })
      const [, address = '', code = ''] = await findIn(running, /open (\S+) .* code (\S+)\./)
      const browser = openBrowser({ origin: visage.url, certificate: visage.certificate ?? '' })
      const confirm = await browser.submit(await browser.visit(address), { user_code: code })
      await browser.submit(await browser.submit(confirm, {}), { person: 'alice' })
      const ended = await running.ended
      assert.equal(ended.code, 0, running.stderr())
      assert.match(running.stdout(), /Signed in as a person[\s\S]*1 photo set/)
    })
  })

  test('at an issuer of OpenID Connect, with its discovery document', async () => {
    await using visage = await startVisage({ photos: 'none' })
    await withFolder(visage, async push => {
      const issuer = `${visage.url}/${tenantId}/v2.0`
      const scope = 'https://graph.microsoft.com/.default'
      const args = ['--client-id', id, '--secret-file', 'secret', '--scope', scope]
      const { code, stdout, stderr } = await push(['--issuer', issuer, ...args])
      assert.equal(code, 0, stderr)
      assert.match(stdout, /1 photo set/)
    })
  })

  test('through the proxy of the environment', async () => {
    await using visage = await startVisage({ photos: 'none', https: true })
    const asked: string[] = []
    const proxy = createServer().on('connect', (request, socket, head) => {
      asked.push(request.url ?? '')
      const [, port = ''] = /:(\d+)$/.exec(request.url ?? '') ?? []
      const server = connect(Number(port), '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n')
        server.write(head)
        server.pipe(socket).pipe(server)
      })
      for (const side of [server, socket]) side.on('error', () => side.destroy())
    })
    proxy.listen(0, '127.0.0.1')
    await once(proxy, 'listening')
    const address = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`
    try {
      await withFolder(visage, async (push, folder) => {
        await writeFile(join(folder, 'token'), await visage.token({ app: true }))
        const env = { HTTPS_PROXY: address, NO_PROXY: '' }
        const { code, stderr } = await push(['--token-file', 'token'], env)
        assert.equal(code, 0, stderr)
      })
    } finally {
      proxy.closeAllConnections()
      proxy.close()
    }
    assert.ok(asked.length > 0)
  })

  const wrong: readonly (readonly [string, readonly string[], RegExp])[] = [
    ['two ways at once', ['--sign-in', 'environment', '--token-file', 'x'], /choose one/],
    [
      'a way without its flags',
      ['--sign-in', 'secret', '--client-id', id],
      /--tenant ID, --secret-file/,
    ],
    ['a file that is not there', ['--token-file', 'missing'], /cannot be read/],
    ['an issuer without TLS', ['--issuer', 'http://example.org'], /begins with https/],
    ['a token on the command line', ['--token', 'x'], /Unknown option/],
  ]
  test('never with less than it needs, and says what is missing', async () => {
    await using visage = await startVisage({ photos: 'none' })
    await withFolder(visage, async push => {
      for (const [what, args, message] of wrong) {
        const { code, stderr } = await push(args)
        assert.equal(code, 1, what)
        assert.match(stderr, message)
      }
      assert.deepEqual(visage.requests(), [])
    })
  })
})
