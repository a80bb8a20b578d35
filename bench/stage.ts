/**
 * What the numbers share: the plan, the folder, the issuer, and Visage running over the large
 * population, set up when the first number asks for it and cleared away at the end.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Running } from './child.ts'
import { type Issuer, startIssuer } from './issuer.ts'
import { type Requests, type Target, writeRequests } from './load.ts'
import type { Plan } from './plan.ts'
import { type Kind, type Population, populate, userAt, warmUp } from './population.ts'
import { startVisage } from './visage.ts'

export type Stage = Readonly<{
  plan: Plan
  /** For files of this run. */
  folder: string
  issuer: Issuer
  /** Tokens of the people who read, each verified once and then known to Visage. */
  tokens: readonly string[]
  say: (line: string) => void
  populate: (name: string, users: number, kind: Kind) => Promise<Population>
  /** Over `plan.users` people with distinct photos. */
  readers: () => Promise<Readers>
  /** To be undone when the run ends, last first. */
  defer: (undo: () => Promise<void>) => void
  close: () => Promise<void>
}>

export type Readers = Readonly<{ population: Population; visage: Running; requests: Requests }>

const readerCount = 64
/** More than any round asks for. */
const maxTargets = 200_000

export async function openStage(plan: Plan, say: (line: string) => void): Promise<Stage> {
  const kept = plan.folder === undefined ? mkdtempSync(join(tmpdir(), 'visage-bench-')) : undefined
  const folder = kept ?? resolve(plan.folder ?? '')
  mkdirSync(folder, { recursive: true })
  const issuer = await startIssuer()
  const undo: (() => Promise<void>)[] = [issuer.stop]
  let readers: Promise<Readers> | undefined
  const stage: Stage = {
    plan,
    folder,
    issuer,
    tokens: issuer.readers(readerCount),
    say,
    async populate(name, users, kind) {
      say(`${name}: ${users} people, ${kind}`)
      return await populate(join(folder, `${name}-${users}`), users, kind)
    },
    readers: () => (readers ??= openReaders(stage)),
    defer: step => void undo.push(step),
    async close() {
      for (const step of undo.toReversed()) await step()
      if (kept !== undefined) rmSync(kept, { recursive: true, force: true })
    },
  }
  return stage
}

async function openReaders(stage: Stage): Promise<Readers> {
  const population = await stage.populate('distinct', stage.plan.users, 'distinct')
  await warmUp(population)
  const visage = await startVisage(population.data, stage.issuer)
  stage.defer(visage.child.stop)
  const targets = sampleTargets(population)
  return { population, visage, requests: writeRequests(stage.folder, 'get', targets, stage.tokens) }
}

export const photoPath = (id: string, size: string): string =>
  `/v1.0/users/${id}/photos/${size}/$value`

/** Everybody's 96x96, or that of so many people evenly drawn from a larger population. */
export function sampleTargets({ users }: Population): Target[] {
  const count = Math.min(users, maxTargets)
  return Array.from({ length: count }, (_, index) => ({
    path: photoPath(userAt(Math.floor((index * users) / count)).id, '96x96'),
  }))
}
