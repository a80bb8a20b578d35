/**
 * Shared by the numbers: the plan, the folder, the issuer, and Visage with the large population. It is set up when the
 * first number needs it, and removed at the end.
 */
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { whyNoCeph } from '../test/support/ceph.ts'
import { type Running, readOrigin, startChild } from './child.ts'
import { type Issuer, startIssuer } from './issuer.ts'
import { type Requests, type Target, writeRequests } from './load.ts'
import type { Plan } from './plan.ts'
import { type Kind, type Population, populate, tenantId, userAt } from './population.ts'
import { type Postgres, startPostgres } from './postgres.ts'
import { type S3, startS3 } from './s3.ts'
import { startVisage } from './visage.ts'

export type Stage = Readonly<{
  plan: Plan
  /** For files of this run. */
  folder: string
  issuer: Issuer
  /** Tokens of the people who read; Visage has verified and cached each of them. */
  tokens: readonly string[]
  say: (line: string) => void
  populate: (name: string, users: number, kind: Kind) => Promise<Population>
  /** Over `plan.users` people with distinct photos. */
  readers: () => Promise<Readers>
  /** The bare server over the same people. */
  bare: () => Promise<Running>
  postgres: () => Promise<Postgres>
  /** Why there is no S3 here; undefined when there is. */
  whyNoS3: string | undefined
  s3: () => Promise<S3>
  /** Called when the run ends, last first. */
  defer: (undo: () => Promise<void>) => void
  close: () => Promise<void>
}>

export type Readers = Readonly<{ population: Population; visage: Running; requests: Requests }>

const readerCount = 64
/** More than any round needs. */
const maxTargets = 200_000

export async function openStage(plan: Plan, say: (line: string) => void): Promise<Stage> {
  const temporary = plan.folder === undefined ? makeTemporaryFolder() : undefined
  const folder = temporary ?? resolve(plan.folder ?? '')
  const readFolder = plan.readFolder === undefined ? folder : resolve(plan.readFolder)
  for (const each of [folder, readFolder]) mkdirSync(each, { recursive: true })
  const issuer = await startIssuer()
  const undo: (() => Promise<void>)[] = [issuer.stop]
  let readers: Promise<Readers> | undefined
  let bare: Promise<Running> | undefined
  let postgres: Promise<Postgres> | undefined
  let s3: Promise<S3> | undefined
  let closing: Promise<void> | undefined
  const close = async () => {
    for (const step of undo.toReversed()) await step()
    if (temporary !== undefined) rmSync(temporary, { recursive: true, force: true })
  }
  const start = async <Server extends Readonly<{ stop: () => Promise<void> }>>(
    server: Promise<Server>,
  ): Promise<Server> => {
    const { stop } = await server
    undo.push(stop)
    return await server
  }
  const stage: Stage = {
    plan,
    folder,
    issuer,
    tokens: issuer.readers(readerCount),
    say,
    async populate(name, users, kind) {
      say(`${name}: ${users} people, ${kind}`)
      const place = kind === 'without photos' ? folder : readFolder
      return await populate(join(place, `${name}-${users}`), users, kind)
    },
    readers: () => (readers ??= openReaders(stage)),
    bare: () => (bare ??= startBare(stage)),
    postgres: () => (postgres ??= start(startPostgres(folder))),
    whyNoS3: whyNoCeph(),
    s3: () => (s3 ??= start(startS3())),
    defer: step => void undo.push(step),
    close: () => (closing ??= close()),
  }
  return stage
}

/** Removed when this process ends, for any reason. */
function makeTemporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'visage-bench-'))
  // If root starts PostgreSQL, it runs as another user, who must reach its folder inside this one.
  chmodSync(folder, 0o711)
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  return folder
}

async function openReaders(stage: Stage): Promise<Readers> {
  const population = await stage.populate('distinct', stage.plan.users, 'distinct')
  const visage = await startVisage(population.data, stage.issuer)
  stage.defer(visage.child.stop)
  const targets = sampleTargets(population)
  return { population, visage, requests: writeRequests(stage.folder, 'get', targets, stage.tokens) }
}

async function startBare(stage: Stage): Promise<Running> {
  const { population } = await stage.readers()
  const script = join(import.meta.dirname, 'floors', 'bare-server.ts')
  const child = startChild(script, [population.data, tenantId], 'server')
  stage.defer(child.stop)
  return { child, origin: await readOrigin(child.process) }
}

export const photoPath = (id: string, size: string): string =>
  `/v1.0/users/${id}/photos/${size}/$value`

/** The 96x96 of all people, or of this many people evenly chosen from a larger population. */
export function sampleTargets({ users }: Population): Target[] {
  const count = Math.min(users, maxTargets)
  return Array.from({ length: count }, (_, index) => ({
    path: photoPath(userAt(Math.floor((index * users) / count)).id, '96x96'),
  }))
}
