/**
 * A real OpenStack Swift with its S3 interface, where Debian's programs are installed: a store that was
 * written independently of Ceph and AWS, keeps one copy, and has no conditional writes.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { S3Location } from '../../src/storage/location.ts'
import { createBucket, type S3Credentials } from './bucket.ts'
import { findFreePort } from './free-port.ts'
import { whyMissing } from './installed.ts'

export type Swift = AsyncDisposable &
  Readonly<{ credentials: S3Credentials; createBucket: () => Promise<S3Location> }>

const servers = ['object', 'container', 'account', 'proxy'] as const
type Server = (typeof servers)[number]

const packages = servers.map(server => `swift-${server}`).join(' ')
const run = promisify(execFile)

/** Why there can be no Swift here; false when there can. */
export function whyNoSwift(): string | false {
  const programs = servers.map(server => `swift-${server}-server`)
  const missing = whyMissing(...programs, 'swift-ring-builder')
  return missing && `${missing} (Debian: ${packages})`
}

/** Takes about five seconds. */
export async function startSwift(): Promise<Swift> {
  const folder = await mkdtemp(join(tmpdir(), 'visage-swift-'))
  const ports = Object.fromEntries(
    await Promise.all(servers.map(async server => [server, await findFreePort()])),
  ) as Record<Server, number>
  await mkdir(join(folder, 'node', 'disk'), { recursive: true })
  for (const server of servers) {
    if (server !== 'proxy') await makeRing(folder, server, ports[server])
    await writeFile(join(folder, `${server}.conf`), configOf(folder, server, ports[server]))
  }
  const children = servers.map(server => startServer(folder, server))
  const close = async () => {
    await Promise.all(children.map(stop))
    await rm(folder, { recursive: true, force: true })
  }
  try {
    await Promise.all(
      servers.map((server, index) => untilListening(ports[server], children[index])),
    )
  } catch (error) {
    await close()
    throw error
  }
  const credentials = { accessKeyId: 'test:tester', secretAccessKey: 'testing' }
  return {
    credentials,
    createBucket: () => createBucket(`http://127.0.0.1:${ports.proxy}`, credentials),
    [Symbol.asyncDispose]: close,
  }
}

/** The rings of one disk with one copy of everything. */
async function makeRing(folder: string, server: Server, port: number): Promise<void> {
  const builder = join(folder, `${server}.builder`)
  for (const words of [
    ['create', '4', '1', '0'],
    ['add', `r1z1-127.0.0.1:${port}/disk`, '1'],
    ['rebalance'],
  ]) {
    await run('swift-ring-builder', [builder, ...words])
  }
}

/** https://docs.openstack.org/swift/latest/config/ */
function configOf(folder: string, server: Server, port: number): string {
  return `[DEFAULT]
bind_ip = 127.0.0.1
bind_port = ${port}
workers = 0
user = ${userInfo().username}
swift_dir = ${folder}
devices = ${join(folder, 'node')}
mount_check = false
[pipeline:main]
pipeline = ${server === 'proxy' ? 'catch_errors cache s3api tempauth slo proxy-server' : `${server}-server`}
[app:${server}-server]
use = egg:swift#${server}
${server === 'proxy' ? proxyFilters : ''}`
}

/** No server listens on port 1, so they run without a cache. */
const proxyFilters = `account_autocreate = true
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:1
[filter:s3api]
use = egg:swift#s3api
location = us-east-1
[filter:tempauth]
use = egg:swift#tempauth
user_test_tester = testing .admin
[filter:slo]
use = egg:swift#slo
`

function startServer(folder: string, server: Server): ChildProcess {
  const file = join(folder, `${server}.conf`)
  const child = spawn(`swift-${server}-server`, [file, '-v'], { stdio: 'ignore' })
  const abandon = () => child.kill('SIGKILL')
  process.once('exit', abandon)
  child.once('exit', () => process.off('exit', abandon))
  return child
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
}

async function untilListening(port: number, child: ChildProcess | undefined): Promise<void> {
  for (let tries = 0; tries < 600; tries += 1) {
    if (child?.exitCode !== null) throw new Error(`Swift ended with ${child?.exitCode}`)
    const socket = connect(port, '127.0.0.1')
    try {
      await once(socket, 'connect')
      return
    } catch {
      await delay(50)
    } finally {
      socket.destroy()
    }
  }
  throw new Error('Swift does not listen')
}
