/**
 * A real nginx with deploy/nginx.conf in front of a test's servers. It replaces what differs on a test's
 * machine: names, ports, files. Every replacement must match.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { certificateFor } from '../../src/dev/certificate.ts'
import { findFreePort } from './free-port.ts'
import { isListening } from './listening.ts'

const source = join(import.meta.dirname, '../../deploy/nginx.conf')
/** Debian's folder, which is not in every PATH. */
const path = `${process.env.PATH}:/usr/sbin`

export type Nginx = AsyncDisposable &
  Readonly<{
    /** https and http. */
    ports: Readonly<{ secure: number; plain: number; health: number }>
    /** The certificate, as an authority to trust. */
    authority: string
    accessLog: () => Promise<readonly Readonly<Record<string, string | number>>[]>
    errorLog: () => Promise<string>
  }>

/** A text that occurs once in the configuration, and its replacement. */
export type Change = readonly [from: string, to: string]

/** Writes the configuration into `folder`, with these ports. */
export async function writeNginxConfig(
  folder: string,
  nodes: readonly [string, string],
  more: readonly Change[] = [],
) {
  const [secure, plain, health] = [await findFreePort(), await findFreePort(), await findFreePort()]
  const { cert, key } = await certificateFor(['localhost', '127.0.0.1'])
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'certificate.pem'), cert)
  await writeFile(join(folder, 'certificate-key.pem'), key)
  const changes: readonly Change[] = [
    ...more,
    ['server visage-1:8080', `server ${nodes[0]}`],
    ['server visage-2:8080', `server ${nodes[1]}`],
    ['listen [::]:80;', ''],
    ['listen [::]:443 ssl http2;', ''],
    ['listen 80;', `listen 127.0.0.1:${plain};`],
    ['listen 443 ssl http2;', `listen 127.0.0.1:${secure} ssl http2;`],
    ['listen 127.0.0.1:8081;', `listen 127.0.0.1:${health};`],
    ['/etc/nginx/tls/certificate.pem', join(folder, 'certificate.pem')],
    ['/etc/nginx/tls/certificate-key.pem', join(folder, 'certificate-key.pem')],
    ['worker_processes auto;', `worker_processes 2; daemon off;${asUser()}`],
    ['/run/nginx.pid', join(folder, 'nginx.pid')],
    ['error_log /dev/stderr', `error_log ${join(folder, 'errors')}`],
    ['access_log /dev/stdout', `${temporaryPaths(folder)} access_log ${join(folder, 'access')}`],
  ]
  let text = await readFile(source, 'utf8')
  for (const [from, to] of changes) {
    if (text.split(from).length !== 2) throw new Error(`nginx.conf has not exactly one '${from}'`)
    text = text.replace(from, to)
  }
  const file = join(folder, 'nginx.conf')
  await writeFile(file, text)
  return { file, ports: { secure, plain, health }, authority: cert }
}

/** The workers of an nginx of root run as the user `nobody`, who must be able to read the test's folder. */
function asUser(): string {
  return process.getuid?.() === 0 ? ' user root;' : ''
}

function temporaryPaths(folder: string): string {
  const kinds = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  return kinds.map(kind => `${kind}_temp_path ${join(folder, 'temporary')};`).join(' ')
}

/** With -e and -p, no file of the machine's own nginx is read or written. */
export function callNginx(folder: string, file: string, ...words: readonly string[]) {
  const args = ['-e', join(folder, 'errors'), '-p', folder, '-c', file, ...words]
  return spawn('nginx', args, {
    env: { ...process.env, PATH: path },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

export async function startNginx(
  folder: string,
  nodes: readonly [string, string],
  changes: readonly Change[] = [],
): Promise<Nginx> {
  const { file, ports, authority } = await writeNginxConfig(folder, nodes, changes)
  const child = callNginx(folder, file)
  const ended = once(child, 'exit')
  const errorLog = () => readFile(join(folder, 'errors'), 'utf8').catch(() => '')
  while (!(await isListening({ host: '127.0.0.1', port: ports.secure }))) {
    if (child.exitCode !== null) throw new Error(`nginx did not start:\n${await errorLog()}`)
    await delay(20)
  }
  return {
    ports,
    authority,
    errorLog,
    accessLog: async () => {
      const lines = (await readFile(join(folder, 'access'), 'utf8')).trim().split('\n')
      return lines.map(line => JSON.parse(line) as Record<string, string | number>)
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM')
      await ended
    },
  }
}
