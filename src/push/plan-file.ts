/** `--plan FILE` and `--apply FILE`: one person plans, another one approves. What is sent later is what was planned, or is not sent. */
import { open, readFile } from 'node:fs/promises'
import { type Kind, kinds } from './kinds.ts'
import type { Match } from './match.ts'
import { isOwnerId } from './owner-id.ts'
import { type Entry, isWrite } from './plan.ts'
import type { Crop, Preparing } from './prepare.ts'
import { Stopped } from './stopped.ts'

export type PlanHead = Readonly<{
  plan: 1
  target: string
  kind: Kind
  /** Whole path. */
  folder: string
  preparing: Preparing
  isMissingOnly: boolean
}>

type Planned = Pick<Entry, 'person' | 'path' | 'by' | 'isFolded'> & Readonly<{ hash: string }>

export type PlanFile = Readonly<{ head: PlanHead; planned: readonly Planned[] }>

/** A JSON object in each line: the head, then what would be set. */
export async function writePlan(
  path: string,
  head: PlanHead,
  entries: readonly Entry[],
): Promise<void> {
  const planned = entries.flatMap(({ action, person, path, by, isFolded, picture }): Planned[] =>
    isWrite(action) && picture ? [{ person, path, by, isFolded, hash: picture.hash }] : [],
  )
  await using file = await open(path, 'w', 0o600).catch(error => {
    throw new Stopped('misuse', `no plan can be written to ${path}: ${error}`, error)
  })
  await file.writeFile([head, ...planned].map(line => `${JSON.stringify(line)}\n`).join(''))
}

/** Throws Stopped 'misuse' for a file that is no plan. */
export async function readPlan(path: string): Promise<PlanFile> {
  const text = await readFile(path, 'utf8').catch(error => {
    throw new Stopped('misuse', `the plan ${path} cannot be read: ${error}`, error)
  })
  const [head, ...planned] = text.split('\n').filter(Boolean).map(parse)
  if (isHead(head) && planned.every(isPlanned)) return { head, planned }
  throw new Stopped('misuse', `there is no plan of visage push in ${path}`)
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // readPlan says which file it is.
    return undefined
  }
}

function isHead(value: unknown): value is PlanHead {
  if (!isRecord(value) || value.plan !== 1 || !isRecord(value.preparing)) return false
  const { crop, maxBytes } = value.preparing
  return (
    typeof value.target === 'string' &&
    typeof value.folder === 'string' &&
    Object.hasOwn(kinds, String(value.kind)) &&
    crops.includes(crop as Crop) &&
    typeof maxBytes === 'number' &&
    typeof value.isMissingOnly === 'boolean'
  )
}

const crops: readonly Crop[] = ['centre', 'top-third', 'attention']

function isPlanned(value: unknown): value is Planned {
  if (!isRecord(value) || !isRecord(value.person)) return false
  const { id, name, address } = value.person
  const texts = [name, address, value.path, value.by, value.hash]
  // A plan from somebody else must not lead out of the folder.
  const isInside = !String(value.path).split(/[\\/]/).includes('..')
  return texts.every(text => typeof text === 'string') && isInside && isOwnerId(id)
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

export function toMatches(planned: readonly Planned[]): readonly Match[] {
  return planned.map(({ person, path, by, isFolded }) => {
    return { file: { path, bytes: 0, modifiedMs: 0 }, person, by, isFolded }
  })
}

/** An entry whose picture became another one since it was approved is not sent. */
export function expectApproved(entry: Entry, approved: ReadonlyMap<string, string>): Entry {
  const isSame = approved.get(entry.person.id) === entry.picture?.hash
  if (isSame || !isWrite(entry.action)) return entry
  return { ...entry, action: 'failed', why: 'the file changed since the plan was made' }
}
