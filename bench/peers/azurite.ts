/** Azurite: Microsoft's emulator of Azure Storage, the nearest relation: a protocol of a vendor, served anew in TypeScript. */
import { createHmac, randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { freePort } from '../floors/nginx.ts'
import { installByNpm } from './npm.ts'
import { ask, type Peer, startProgram } from './peer.ts'
import versions from './versions.json' with { type: 'json' }

const account = 'bench'

export const azurite: Peer = {
  title: `Azurite ${versions.azurite}`,
  proof: 'a shared access signature',
  needs: ['node', 'npm'],
  place: 'server',
  atLeast: 6,
  install: (folder, minutes) => installByNpm(folder, 'azurite', versions.azurite, minutes),
  async start(folder, pictures) {
    const port = await freePort()
    const key = randomBytes(64).toString('base64')
    const script = join(folder, 'node_modules/azurite/dist/src/blob/main.js')
    const options = ['--blobHost', '127.0.0.1', '--blobPort', String(port), '--location', folder]
    const quiet = ['--silent', '--disableTelemetry', '--skipApiVersionCheck']
    const origin = `http://127.0.0.1:${port}`
    const program = await startProgram(
      'server',
      ['node', script, ...options, ...quiet],
      { cwd: folder, env: { AZURITE_ACCOUNTS: `${account}:${key}` } },
      async () => (await fetch(origin)).status > 0,
    )
    const proof = signature(key)
    const container = `/${account}/photos`
    await ask(`${origin}${container}?restype=container&${proof}`, { method: 'PUT' })
    const paths: string[] = []
    for (const [index, body] of pictures.entries()) {
      const path = `${container}/${index}.jpg?${proof}`
      const headers = { 'x-ms-blob-type': 'BlockBlob', 'content-type': 'image/jpeg' }
      await ask(origin + path, { method: 'PUT', body, headers })
      paths.push(path)
    }
    return { origin, ...program, paths: async () => paths }
  },
}

/** https://learn.microsoft.com/rest/api/storageservices/create-account-sas: the fields in this order, a line each. */
function signature(key: string): string {
  const fields = {
    sp: 'rwc',
    ss: 'b',
    srt: 'co',
    st: '',
    se: '2099-01-01T00:00:00Z',
    sip: '',
    spr: 'https,http',
    sv: '2018-11-09',
  }
  const text = [account, ...Object.values(fields), ''].join('\n')
  const sig = createHmac('sha256', Buffer.from(key, 'base64')).update(text).digest('base64')
  const given = Object.entries({ ...fields, sig }).filter(([, value]) => value !== '')
  return new URLSearchParams(given).toString()
}
