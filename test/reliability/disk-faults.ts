/**
 * The disk is full, or read-only, while photos are set: uploads get 503 with Retry-After, reads continue,
 * and writes continue once there is room.
 */
import { mkdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { findFreePort } from '../support/free-port.ts'
import { startTestIssuer, type TestIssuer } from '../support/test-issuer.ts'
import { inFolder, type Running } from '../support/visage.ts'
import { createClient } from './client.ts'
import {
  limitFileSize,
  mountSmallDisk,
  type SmallDisk,
  whyNoFileLimit,
  whyNoSmallDisk,
} from './disk.ts'
import { originAt, serve } from './embedded.ts'
import type { Fault, Outcome, Say } from './fault.ts'
import { type Ledger, openLedger } from './ledger.ts'
import { startLoad } from './load.ts'
import { isError, judgeLog } from './logs.ts'
import { signIn } from './people.ts'
import { type Watch, whileSomeRest } from './rests.ts'
import { until } from './until.ts'

export const diskFull: Fault = {
  name: 'disk-full',
  title: 'Disk full',
  deployment: 'SQLite + folder',
  means:
    'Another file fills a small tmpfs to the last byte while uploads are under way, and is removed again. In different rounds the tmpfs holds the packs, the database, or both, so that either fails first. Reads must be answered all the time.',
  rounds: { full: 9, quick: 3 },
  whyNot: whyNoSmallDisk,
  run: (rounds, say) =>
    runOnDisks(rounds, say, ['packs', 'rows', 'both'], {
      break: async ({ disk }) => {
        await disk.fill()
        return true
      },
      mend: ({ disk }) => disk.free(),
    }),
}

export const diskReadOnly: Fault = {
  name: 'disk-read-only',
  title: 'Disk read-only',
  deployment: 'SQLite + folder',
  means:
    'The file system of the packs is remounted read-only under load, and writable again. The file system of the database cannot be remounted while SQLite has its files open.',
  rounds: { full: 6, quick: 2 },
  whyNot: whyNoSmallDisk,
  run: (rounds, say) =>
    runOnDisks(rounds, say, ['packs'], {
      break: ({ disk }) => until(() => disk.setWritable('read-only'), 10_000, 1),
      mend: async ({ disk }) => void disk.setWritable('writable'),
    }),
}

export const diskRefuses: Fault = {
  name: 'disk-refuses',
  title: 'Every write to a file refused',
  deployment: 'SQLite + folder',
  means:
    'The kernel refuses each write of the process to any file (a limit of no bytes, set by prlimit on the running process), database and packs alike, and then allows them again.',
  rounds: { full: 6, quick: 2 },
  whyNot: whyNoFileLimit,
  run: (rounds, say) =>
    runOnDisks(rounds, say, ['none'], {
      break: async ({ visage }) => {
        limitFileSize(visage.pid, 0)
        return true
      },
      mend: async ({ visage }) => limitFileSize(visage.pid, undefined),
    }),
}

/** The part of the data folder that is on the small disk. */
type Part = 'packs' | 'rows' | 'both' | 'none'
type Scene = Readonly<{ visage: Running; disk: SmallDisk }>
type Means = Readonly<{
  /** Resolves with false if it could not be done. */
  break: (scene: Scene) => Promise<boolean>
  mend: (scene: Scene) => Promise<void>
}>

async function runOnDisks(
  rounds: number,
  say: Say,
  parts: readonly Part[],
  means: Means,
): Promise<Outcome> {
  await using issuer = await startTestIssuer()
  const ledger = openLedger(signIn(issuer, 6))
  const recoveryMs: number[] = []
  for (const part of parts) {
    recoveryMs.push(
      ...(await runOn(part, Math.ceil(rounds / parts.length), { ledger, issuer, means })),
    )
    say(`${part === 'none' ? 'all' : part} done`)
  }
  return ledger.outcome(recoveryMs)
}

type Stage = Readonly<{ ledger: Ledger; issuer: TestIssuer; means: Means }>

async function runOn(part: Part, rounds: number, stage: Stage): Promise<number[]> {
  const { ledger, issuer, means } = stage
  const recoveryMs: number[] = []
  await inFolder(async cwd => {
    await using disk = await prepareDisk(cwd, part)
    const port = await findFreePort()
    const origins = [originAt(port)]
    const visage = await serve({ cwd, issuer, port })
    const client = createClient()
    // Another store than before: its photos are gone.
    ledger.startOver()
    const load = startLoad({ origins, ledger, cuts: 'never', refusals: 'allowed' })
    await load.recovered()
    for (let round = 0; round < rounds; round += 1) {
      const watch = { load, ledger, client, origins }
      recoveryMs.push(await whileSomeRest(watch, () => runRound({ visage, disk }, watch, means)))
    }
    await load.stop()
    await ledger.check(client, origins)
    client.close()
    const { code } = await visage.stop()
    if (code !== 0) ledger.count('wrongStatus', `ended with ${code}`)
    judgeLog(ledger, visage.stderr(), isError)
  })
  return recoveryMs
}

/** Long enough for every client to meet the fault. */
const faultMs = 1000
const untilNoticedMs = 20_000

async function runRound(scene: Scene, { load, ledger }: Watch, means: Means): Promise<number> {
  const since = load.seen.length
  if (!(await means.break(scene))) throw new Error('the fault could not be made')
  const answers = () => load.seen.slice(since)
  const isNoticed = () => answers().some(({ method, status }) => method === 'PUT' && status === 503)
  const noticed = await until(isNoticed, untilNoticedMs)
  await delay(faultMs)
  const reads = answers().filter(({ method }) => method === 'GET')
  await means.mend(scene)
  if (!noticed) ledger.count('wrongStatus', 'uploads went on as if nothing had happened')
  const refused = reads.filter(({ status }) => status === 503).length
  if (refused > 0) ledger.count('wrongStatus', `${refused} of ${reads.length} reads were refused`)
  if (reads.length === 0) ledger.count('wrongStatus', 'nothing was read')
  const tookMs = await load.recovered()
  await delay(200)
  return tookMs
}

async function prepareDisk(cwd: string, part: Part): Promise<SmallDisk> {
  const data = join(cwd, 'data')
  const packs = join(data, 'packs')
  await mkdir(packs, { recursive: true })
  switch (part) {
    case 'packs':
      return mountSmallDisk(packs)
    case 'both':
      return mountSmallDisk(data)
    case 'rows': {
      const disk = mountSmallDisk(data)
      await mkdir(join(cwd, 'packs'))
      await symlink(join(cwd, 'packs'), packs)
      return disk
    }
    case 'none':
      return noDisk
  }
}

const noDisk: SmallDisk = {
  folder: '',
  fill: async () => {},
  free: async () => {},
  setWritable: () => false,
  async [Symbol.asyncDispose]() {},
}
