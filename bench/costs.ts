/**
 * The two figures of an answer's cost: answers per second, and Visage's processor time per answer. This file compares
 * and describes them; the requests are a parameter.
 */
import { type Costs, hasWrk } from './load.ts'
import { type Compared, compareEach } from './rounds.ts'
import { notMeasured, type Row, type Target } from './table.ts'

type ComparedCosts = Readonly<Record<'cpuSeconds' | 'perSecond', Compared>>

export async function compareCosts(
  measured: () => Promise<Costs>,
  floor: () => Promise<Costs>,
  rounds: number,
): Promise<ComparedCosts> {
  return await compareEach({ cpuSeconds: 's', perSecond: '1/s' }, measured, floor, rounds)
}

/** Without `target`, the row is for information. */
export function costRow(
  what: string,
  floor: string,
  { cpuSeconds }: ComparedCosts,
  target?: Target,
): Row {
  return {
    what: `${what}: processor time of Visage`,
    floor,
    ...cpuSeconds,
    ...(target && { target }),
  }
}

export function rateRow(what: string, floor: string, { perSecond }: ComparedCosts): Row {
  return { what: `${what}: answers per second`, floor, ...perSecond }
}

/** The same for GETs: only wrk is fast enough to keep a server busy. */
export function getRows(
  what: string,
  floor: string,
  compared: ComparedCosts,
  target?: Target,
): Row[] {
  const rate = rateRow(what, floor, compared)
  return [
    costRow(what, floor, compared, target),
    hasWrk ? rate : notMeasured(rate.what, floor, 'wrk is not installed'),
  ]
}
