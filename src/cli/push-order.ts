/** The flags of `visage push` -> what is to be done where, checked before anything is read. */
import { resolve } from 'node:path'
import { type Kind, kinds } from '../push/kinds.ts'
import { readPattern } from '../push/pattern.ts'
import { type PlanFile, type PlanHead, readPlan } from '../push/plan-file.ts'
import type { Crop } from '../push/prepare.ts'
import { Stopped } from '../push/stopped.ts'
import type { Order } from '../push/survey.ts'
import { confirmTarget, readTarget, type Target } from '../push/target.ts'
import type { CloudName } from '../tokens/clouds.ts'
import type { SignInFlags } from './push-tokens.ts'
import { readMap } from './read-map.ts'

export type PushFlags = SignInFlags &
  Readonly<{
    to?: string
    cloud?: CloudName
    kind: Kind
    match?: readonly string[]
    map?: string
    filter?: string
    only?: string
    prefer?: 'newest'
    crop: Crop
    maxBytes: number
    dryRun?: boolean
    plan?: string
    apply?: string
    limit?: number
    missingOnly?: boolean
    yes?: boolean
    concurrency: number
    settle: number
    journal?: string
    forget?: string
  }>

export type PushOrder = Readonly<{
  target: Target
  head: PlanHead
  /** Either a folder to match, or a plan to carry out. */
  source: Readonly<{ order: Order }> | Readonly<{ approved: PlanFile }>
}>

/** Throws Stopped 'misuse'. */
export async function readOrder(folder: string | undefined, flags: PushFlags): Promise<PushOrder> {
  if (flags.apply !== undefined) return await readApproved(flags.apply, folder, flags)
  if (folder === undefined) throw new Stopped('misuse', 'name the folder with the photos')
  const target = readTarget(flags.to, flags.cloud)
  const { kind, crop, maxBytes, filter, only, prefer = 'none' } = flags
  const whole = resolve(folder)
  const head: PlanHead = {
    plan: 1,
    target: target.root,
    kind,
    folder: whole,
    preparing: { crop, maxBytes },
    isMissingOnly: flags.missingOnly ?? false,
  }
  const matching = await readMatching(flags)
  return {
    target,
    head,
    source: { order: { folder: whole, kind, filter, only, prefer, ...matching } },
  }
}

async function readMatching({
  map,
  match,
  kind,
}: PushFlags): Promise<Pick<Order, 'map' | 'patterns'>> {
  if (map === undefined) {
    return { map: undefined, patterns: (match ?? kinds[kind].match).map(readPattern) }
  }
  if (match !== undefined) {
    throw new Stopped(
      'misuse',
      '--map and --match both say whose photo a file is: give one of them',
    )
  }
  const { lines, pattern } = await readMap(map)
  return { map: lines, patterns: [pattern] }
}

/** The plan says where and how; a flag that says otherwise is refused, since the plan was approved as it is. */
async function readApproved(
  path: string,
  folder: string | undefined,
  flags: PushFlags,
): Promise<PushOrder> {
  const approved = await readPlan(path)
  const target = confirmTarget('plan', approved.head.target, flags.to, flags.cloud)
  const whole = resolve(folder ?? approved.head.folder)
  const others = ['map', 'match', 'only', 'filter', 'prefer', 'plan'] as const
  const other = others.find(name => flags[name] !== undefined)
  if (other !== undefined) throw new Stopped('misuse', `--${other} has no effect with --apply`)
  return { target, head: { ...approved.head, folder: whole }, source: { approved } }
}
