/** The beginning of a run: the folder is scanned, and its files are matched with the people of the target. */
import { matchesGlob } from 'node:path'
import { type Kind, kinds } from './kinds.ts'
import { type Choice, type Matching, match } from './match.ts'
import type { Patience } from './patience.ts'
import type { Pattern } from './pattern.ts'
import { expectAnybody, listPeople } from './people.ts'
import { type Found, type Scan, scan } from './scan.ts'
import { Stopped } from './stopped.ts'
import { indexWanted, type MapLine, wantedByMap, wantedByName } from './wanted.ts'

export type Order = Readonly<{
  folder: string
  kind: Kind
  patterns: readonly Pattern[]
  /** Instead of the names of the files. */
  map: readonly MapLine[] | undefined
  filter: string | undefined
  /** A glob over names, or over paths in the folder. */
  only: string | undefined
  prefer: Choice
}>

export type Survey = Readonly<{
  scan: Scan
  /** By --only. */
  leftOut: number
  matching: Matching
  /** Lines of --map that name no file. */
  unused: readonly MapLine[]
}>

/** Throws Stopped, Refused and NoAnswer. */
export async function survey(order: Order, patience: Patience): Promise<Survey> {
  const scanned = await scan(order.folder)
  const files = scanned.files.filter(file => isWanted(file, order.only))
  if (files.length === 0) throw new Stopped('nothing-matched', whyNone(order, scanned))
  const mapped = order.map && wantedByMap(files, order.map)
  const wanted = mapped?.wanted ?? wantedByName(files)
  const kind = kinds[order.kind]
  if (order.filter !== undefined) await expectAnybody(patience, kind)
  const properties = order.patterns.flatMap(pattern => pattern.properties)
  const people = listPeople(patience, { kind, properties, filter: order.filter })
  return {
    scan: scanned,
    leftOut: scanned.files.length - files.length,
    matching: await match(files, indexWanted(wanted), people, order.patterns, order.prefer),
    unused: mapped?.unused ?? [],
  }
}

function isWanted({ path }: Found, only: string | undefined): boolean {
  if (only === undefined) return true
  return matchesGlob(path, only) || matchesGlob(path.slice(path.lastIndexOf('/') + 1), only)
}

function whyNone({ folder, only }: Order, { files, unreadable }: Scan): string {
  if (files.length > 0) return `no picture in ${folder} has a name like --only '${only}'`
  const [first] = unreadable
  const example = first === undefined ? '' : `; ${first.path}: ${first.why}`
  return `there is no picture in ${folder} that can be read${example}`
}
