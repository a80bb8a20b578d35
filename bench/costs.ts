/**
 * The two figures that say what answers cost: how many come in a second, and how much of Visage's
 * processor time each takes. How they are compared and told; what is asked for is not known here.
 */
import { type Costs, hasWrk } from './load.ts'
import { type Compared, compareEach } from './rounds.ts'
import { notMeasured, type Row } from './table.ts'

type ComparedCosts = Readonly<Record<'cpuSeconds' | 'perSecond', Compared>>

export async function compareCosts(
  measured: () => Promise<Costs>,
  floor: () => Promise<Costs>,
  rounds: number,
): Promise<ComparedCosts> {
  return await compareEach(['cpuSeconds', 'perSecond'], measured, floor, rounds)
}

/** Without a target: nobody has set one. */
export function costRow(what: string, floor: string, { cpuSeconds }: ComparedCosts): Row {
  return { what: `${what}: processor time of Visage`, floor, ...cpuSeconds }
}

export function rateRow(what: string, floor: string, { perSecond }: ComparedCosts): Row {
  return { what: `${what}: answers per second`, floor, ...perSecond }
}

/** The same of GETs: nothing slower than wrk keeps a server busy. */
export function getRows(what: string, floor: string, compared: ComparedCosts): Row[] {
  const rate = rateRow(what, floor, compared)
  return [
    costRow(what, floor, compared),
    hasWrk ? rate : notMeasured(rate.what, floor, 'wrk is not installed'),
  ]
}
