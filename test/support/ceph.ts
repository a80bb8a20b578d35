/**
 * A real Ceph with its S3 gateway for a test, where Debian's programs are installed; see the script
 * beside this file.
 */
import { execFile, execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { S3Location } from '../../src/storage/location.ts'
import { createBucket, type S3Credentials } from './bucket.ts'
import { findFreePort } from './free-port.ts'
import { whyMissing } from './installed.ts'

export type Ceph = AsyncDisposable &
  Readonly<{
    gatewayPort: number
    /** By the name of its virtual host, which does not resolve. */
    namedEndpoint: string
    credentials: S3Credentials
    createBucket: () => Promise<S3Location>
    kill: (daemon: string) => Promise<void>
    revive: (daemon: string) => Promise<void>
    /** Ids of its processes. */
    processes: () => number[]
    /** Waits until every object has all its copies again. */
    heal: () => Promise<void>
  }>

const gatewayName = 's3.visage.test'
const programs = ['ceph', 'ceph-mon', 'ceph-osd', 'ceph-mgr', 'radosgw', 'radosgw-admin']
const script = join(import.meta.dirname, 'ceph')
const run = promisify(execFile)

/** Why there can be no Ceph here; undefined if there can. */
export function whyNoCeph(): string | undefined {
  const missing = whyMissing(...programs)
  if (missing === false) return undefined
  return `${missing} (Debian: ceph-mon ceph-osd ceph-mgr radosgw ceph-common)`
}

/** From three object daemons on, every object has three copies. Takes a few seconds. */
export async function startCeph(daemons: number): Promise<Ceph> {
  const folder = await mkdtemp(join(tmpdir(), 'visage-ceph-'))
  const [gatewayPort, monitorPort] = [await findFreePort(), await findFreePort()]
  const credentials = { accessKeyId: 'visage', secretAccessKey: randomBytes(16).toString('hex') }
  const { accessKeyId, secretAccessKey } = credentials
  const call = async (verb: string, ...words: readonly (string | number)[]) => {
    await run(script, [verb, folder, ...words.map(String)], { timeout: 240_000 })
  }
  // The daemons detach themselves, so they are ended with this process, however it ends.
  const abandon = () => {
    execFileSync(script, ['stop', folder])
    rmSync(folder, { recursive: true, force: true })
  }
  process.once('exit', abandon)
  const close = async () => {
    await call('stop')
    await rm(folder, { recursive: true, force: true })
    process.off('exit', abandon)
  }
  try {
    const ports = [gatewayPort, monitorPort]
    await call('start', daemons, ...ports, accessKeyId, secretAccessKey, gatewayName)
  } catch (error) {
    await close()
    throw error
  }
  const endpoint = `http://127.0.0.1:${gatewayPort}`
  return {
    gatewayPort,
    namedEndpoint: `http://${gatewayName}:${gatewayPort}`,
    credentials,
    createBucket: () => createBucket(endpoint, credentials),
    kill: daemon => call('kill', daemon),
    revive: daemon => call('revive', daemon),
    processes: () => readPids(join(folder, 'run')),
    heal: () => call('heal'),
    [Symbol.asyncDispose]: close,
  }
}

function readPids(folder: string): number[] {
  const files = readdirSync(folder).filter(name => name.endsWith('.pid'))
  return files.map(name => Number(readFileSync(join(folder, name), 'utf8')))
}
