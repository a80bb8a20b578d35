/**
 * Floor: one worker of nginx that sends the same bytes, one file for each person, without checking tokens.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { stopProcess } from '../child.ts'
import { answers, at } from '../processors.ts'

export type Nginx = Readonly<{ origin: string; stop: () => Promise<void> }>

export const hasNginx: boolean = answers('nginx', ['-v'])

/** Defaults, but for what costs nginx time that is not sending: no log, and no limit of a connection. */
function configuration(folder: string, port: number): string {
  // A worker of root's nginx is nobody, and nobody may look into our folder.
  const user = process.getuid?.() === 0 ? 'user root;' : ''
  return `
    ${user}
    worker_processes 1;
    daemon off;
    error_log ${folder}/nginx-errors crit;
    pid ${folder}/nginx.pid;
    events { worker_connections 256; }
    http {
      access_log off;
      sendfile on;
      tcp_nopush on;
      keepalive_requests 100000000;
      types { image/jpeg jpg; }
      client_body_temp_path ${folder}/nginx-temporary;
      proxy_temp_path ${folder}/nginx-temporary;
      fastcgi_temp_path ${folder}/nginx-temporary;
      uwsgi_temp_path ${folder}/nginx-temporary;
      scgi_temp_path ${folder}/nginx-temporary;
      server { listen 127.0.0.1:${port}; root ${folder}/static; }
    }`
}

/** Serves what is in `static` of the folder. */
export async function startNginx(folder: string): Promise<Nginx> {
  const port = await freePort()
  const file = `${folder}/nginx.conf`
  writeFileSync(file, configuration(folder, port))
  // -e and -p: nothing of the machine's own nginx is read or written.
  const args = ['-e', `${folder}/nginx-errors`, '-p', folder, '-c', file]
  const command = at('server', { file: 'nginx', args })
  const child = spawn(command.file, command.args, { stdio: 'inherit' })
  const origin = `http://127.0.0.1:${port}`
  while (!(await isListening(origin))) {
    if (child.exitCode !== null) throw new Error(`nginx ended with ${child.exitCode}`)
    await delay(20)
  }
  return { origin, stop: async () => await stopProcess(child) }
}

/** The path of a person's file for nginx; two levels of folders, as the packs have. */
export function staticPath(version: string): string {
  return `/${version.slice(0, 2)}/${version.slice(2, 4)}/${version}.jpg`
}

/** Writes the file of every person once; `read` gives the bytes that Visage sends. */
export function writeStatic(
  folder: string,
  versions: readonly string[],
  read: (version: string) => Uint8Array,
): void {
  const marker = `${folder}/static/complete`
  if (existsSync(marker) && readFileSync(marker, 'utf8') === String(versions.length)) return
  for (const version of versions) {
    const path = `${folder}/static${staticPath(version)}`
    mkdirSync(path.slice(0, path.lastIndexOf('/')), { recursive: true })
    writeFileSync(path, read(version))
  }
  writeFileSync(marker, String(versions.length))
}

/** As warmUp does it for the packs. */
export function warmStatic(folder: string, versions: readonly string[]): void {
  for (const version of versions) readFileSync(`${folder}/static${staticPath(version)}`)
}

async function isListening(origin: string): Promise<boolean> {
  return await fetch(origin).then(
    () => true,
    () => false,
  )
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address !== null ? address.port : 0
}
