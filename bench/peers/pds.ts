/** The personal data server of the AT Protocol, in TypeScript; an avatar is a blob of a repository. */
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { freePort } from '../floors/nginx.ts'
import { installByNpm } from './npm.ts'
import { ask, type Peer, startProgram } from './peer.ts'
import versions from './versions.json' with { type: 'json' }

const collection = 'example.bench.photo'

const script = `import { PDS, envToCfg, envToSecrets, readEnv } from '@atproto/pds'
const env = readEnv()
const pds = await PDS.create(envToCfg(env), envToSecrets(env))
await pds.start()
process.on('SIGTERM', () => pds.destroy().then(() => process.exit(0)))
`

export const pds: Peer = {
  title: `PDS of the AT Protocol ${versions['@atproto/pds']}`,
  proof: 'nothing: its blobs are public',
  needs: ['node', 'npm'],
  place: 'server',
  atLeast: 6,
  install: (folder, minutes) =>
    installByNpm(folder, '@atproto/pds', versions['@atproto/pds'], minutes, ['better-sqlite3']),
  async start(folder, pictures) {
    const port = await freePort()
    const directory = await startDirectory()
    await writeFile(join(folder, 'start.mjs'), script)
    const data = join(folder, 'data')
    for (const name of ['actors', 'blobs']) await mkdir(join(data, name), { recursive: true })
    const origin = `http://127.0.0.1:${port}`
    const program = await startProgram(
      'server',
      ['node', 'start.mjs'],
      { cwd: folder, env: environment(data, port, directory.url) },
      async () => (await fetch(`${origin}/xrpc/_health`)).ok,
    )
    const stop = () => program.stop().finally(directory.stop)
    const paths = await upload(origin, pictures)
    return { origin, pid: program.pid, stop, paths: async () => paths }
  },
}

function environment(data: string, port: number, directory: string): Record<string, string> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'secp256k1' })
  const key = Buffer.from(privateKey.export({ format: 'jwk' }).d ?? '', 'base64url')
  return {
    PDS_HOSTNAME: 'localhost',
    PDS_PORT: String(port),
    PDS_SERVICE_HANDLE_DOMAINS: '.test',
    PDS_DATA_DIRECTORY: data,
    PDS_ACTOR_STORE_DIRECTORY: join(data, 'actors'),
    PDS_BLOBSTORE_DISK_LOCATION: join(data, 'blobs'),
    PDS_DID_PLC_URL: directory,
    PDS_JWT_SECRET: randomBytes(16).toString('hex'),
    PDS_ADMIN_PASSWORD: randomBytes(16).toString('hex'),
    PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX: key.toString('hex').padStart(64, '0'),
    PDS_INVITE_REQUIRED: 'false',
    PDS_DEV_MODE: 'true',
    PDS_CRAWLERS: '',
    LOG_ENABLED: 'false',
  }
}

/** Stands in for the public directory of identities: a new one is taken without a look. */
async function startDirectory(): Promise<Readonly<{ url: string; stop: () => Promise<void> }>> {
  const server = createServer((request, response) => {
    request.resume().once('end', () => response.end('{}'))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const stop = async () => {
    server.closeAllConnections()
    server.close()
  }
  return { url: `http://127.0.0.1:${port}`, stop }
}

/** A blob is served from the moment that a record names it. */
async function upload(origin: string, pictures: readonly Buffer[]): Promise<readonly string[]> {
  const call = (name: string) => `${origin}/xrpc/com.atproto.${name}`
  const body = { handle: 'anna.test', email: 'anna@a.example', password: 'bench-bench' }
  const account = await ask(call('server.createAccount'), { body })
  const { did } = account
  const token = `Bearer ${account.accessJwt}`
  const paths: string[] = []
  for (const picture of pictures) {
    const headers = { 'content-type': 'image/jpeg' }
    const { blob } = await ask(call('repo.uploadBlob'), { token, body: picture, headers })
    const record = { $type: collection, picture: blob }
    await ask(call('repo.createRecord'), { token, body: { repo: did, collection, record } })
    const cid = (blob as { ref: { $link: string } }).ref.$link
    paths.push(`/xrpc/com.atproto.sync.getBlob?did=${did}&cid=${cid}`)
  }
  return paths
}
