/**
 * GET with one process per processor, against one process alone.
 *
 * With two processors and two workers, the load generator takes processor time from them, so answers per second depend
 * mostly on the generator. The figure here is answers per second of processor time, times the number of processors,
 * while workers and generator share both. It includes the costs of several workers, of the primary (its time is in the
 * sum) and of caches that the generator displaces. It does not include idle processors, so the row shows how much of
 * the processors was used. One process is measured in the same unit, on a processor of its own.
 */
import { costsOfLoad } from '../load.ts'
import { warmUp } from '../population.ts'
import { canPin, usedProcessors } from '../processors.ts'
import { compareEach, summarize } from '../rounds.ts'
import type { Stage } from '../stage.ts'
import { notMeasured, type Row } from '../table.ts'
import { startVisage } from '../visage.ts'
import { memory } from './memory.ts'

const floor = 'one process, measured the same way'

export async function workers(stage: Stage): Promise<readonly Row[]> {
  const count = usedProcessors
  const what = `GET of a 96x96, one process per processor (${count})`
  const crew = { workers: count, place: 'anywhere' } as const
  const { target: _ofOneProcess, ...peak } = await memory(stage, crew)
  const memoryRow = {
    ...peak,
    what: `${peak.what}, ${count} workers and their primary`,
  }
  if (!canPin || count < 2) return [notMeasured(what, floor, 'needs two processors'), memoryRow]
  return [...(await measureReads(stage, what, count)), memoryRow]
}

async function measureReads(stage: Stage, what: string, count: number): Promise<readonly Row[]> {
  const { plan, issuer } = stage
  const { population, visage, requests } = await stage.readers()
  const crew = await startVisage(population.data, issuer, { workers: count, place: 'anywhere' })
  const used: number[] = []
  const together = async () => {
    const costs = await costsOfLoad([crew], requests, plan.seconds, 'anywhere')
    used.push(costs.perSecond * costs.cpuSeconds)
    return { worth: count / costs.cpuSeconds, raw: costs.perSecond }
  }
  const alone = async () => {
    const costs = await costsOfLoad([visage], requests, plan.seconds)
    return { worth: 1 / costs.cpuSeconds, raw: costs.perSecond }
  }
  await warmUp(population)
  try {
    const { worth, raw } = await compareEach(
      { worth: '1/s', raw: '1/s' },
      together,
      alone,
      plan.rounds,
    )
    const share = summarize(used).ratio.toFixed(2)
    const note = `answers per second of the server's processor time, times ${count}; workers had ${share} of ${count} processors, the load most of the rest`
    const rawNote =
      'the load takes its processor time from the workers, and from the one process not'
    return [
      { what, floor, ...worth, target: { atLeast: 1.7 }, note },
      {
        what: `${what}: answers per second as they came`,
        floor: 'one process',
        ...raw,
        note: rawNote,
      },
    ]
  } finally {
    await crew.child.stop()
  }
}
