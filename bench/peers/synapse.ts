/** Synapse: a Matrix server, in Python; avatars are its media. */
import { createHmac, randomBytes } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { installPackages } from '../../test/foreign/python-packages.ts'
import { freePort } from '../floors/nginx.ts'
import { ask, type Peer, startProgram } from './peer.ts'
import versions from './versions.json' with { type: 'json' }

const serverName = 'bench'

export const synapse: Peer = {
  title: `Synapse ${versions['matrix-synapse']}`,
  proof: 'an access token',
  needs: ['python3'],
  place: 'server',
  atLeast: 6,
  install: (folder, minutes) =>
    installPackages(folder, { 'matrix-synapse': versions['matrix-synapse'] }, minutes),
  async start(folder, pictures) {
    const port = await freePort()
    const secret = randomBytes(16).toString('hex')
    const data = join(folder, 'data')
    await mkdir(data, { recursive: true })
    const file = join(data, 'homeserver.yaml')
    // YAML takes JSON.
    await writeFile(file, JSON.stringify(configuration(data, port, secret)))
    const origin = `http://127.0.0.1:${port}`
    const python = join(folder, 'bin/python')
    const program = await startProgram(
      'server',
      [python, '-m', 'synapse.app.homeserver', '-c', file, '--generate-keys'],
      { cwd: data },
      async () => true,
    )
    await program.stop()
    const running = await startProgram(
      'server',
      [python, '-m', 'synapse.app.homeserver', '-c', file],
      { cwd: data },
      async () => (await fetch(`${origin}/health`)).ok,
    )
    const token = await register(origin, secret)
    const paths: string[] = []
    for (const body of pictures) {
      const upload = `${origin}/_matrix/media/v3/upload?filename=photo.jpg`
      const headers = { 'content-type': 'image/jpeg' }
      const { content_uri } = await ask(upload, { token: `Bearer ${token}`, body, headers })
      const id = String(content_uri).split('/').at(-1)
      paths.push(`/_matrix/client/v1/media/download/${serverName}/${id}`)
    }
    return { origin, ...running, paths: async () => paths, token }
  },
}

function configuration(data: string, port: number, secret: string): object {
  const many = { per_second: 100_000, burst_count: 100_000 }
  return {
    server_name: serverName,
    report_stats: false,
    pid_file: join(data, 'pid'),
    signing_key_path: join(data, 'signing.key'),
    media_store_path: join(data, 'media'),
    database: { name: 'sqlite3', args: { database: join(data, 'synapse.db') } },
    registration_shared_secret: secret,
    macaroon_secret_key: randomBytes(16).toString('hex'),
    form_secret: randomBytes(16).toString('hex'),
    trusted_key_servers: [],
    rc_media_create: many,
    listeners: [
      {
        port,
        bind_addresses: ['127.0.0.1'],
        type: 'http',
        tls: false,
        resources: [{ names: ['client', 'media', 'health'] }],
      },
    ],
  }
}

/** https://element-hq.github.io/synapse/latest/admin_api/register_api.html: the proof is made from these four. */
async function register(origin: string, secret: string): Promise<string> {
  const url = `${origin}/_synapse/admin/v1/register`
  const { nonce } = await ask(url, { method: 'GET' })
  const [username, password] = ['anna', randomBytes(8).toString('hex')]
  const text = [nonce, username, password, 'notadmin'].join('\0')
  const mac = createHmac('sha1', secret).update(text).digest('hex')
  const made = await ask(url, { body: { nonce, username, password, admin: false, mac } })
  return String(made.access_token)
}
