/**
 * Compares two things on a noisy machine: short measurements in alternation, and the median of the ratios, so that a
 * disturbance affects both sides of a round, and not the result.
 */

export type Measure = () => Promise<number>

/** Seconds of processor time, or how many per second. */
export type Unit = 's' | '1/s'

type Summary = Readonly<{ ratio: number; range: readonly [number, number] }>

export type Medians = Readonly<{ measured: number; floor: number; unit: Unit }>

export type Compared = Summary & Readonly<{ medians: Medians }>

/** `measured / floor`. One round more than asked for: the first warms both sides up and is dropped. */
export async function compare(
  unit: Unit,
  measured: Measure,
  floor: Measure,
  rounds: number,
): Promise<Compared> {
  const named = (measure: Measure) => async () => ({ figure: await measure() })
  return (await compareEach({ figure: unit }, named(measured), named(floor), rounds)).figure
}

/** The same, of several figures that one measurement gives. */
export async function compareEach<Name extends string>(
  units: Readonly<Record<Name, Unit>>,
  measured: () => Promise<Readonly<Record<NoInfer<Name>, number>>>,
  floor: () => Promise<Readonly<Record<NoInfer<Name>, number>>>,
  rounds: number,
): Promise<Record<Name, Compared>> {
  const pairs: Readonly<Record<'above' | 'below', Readonly<Record<Name, number>>>>[] = []
  for (let round = 0; round <= rounds; round++) {
    // The second side may find warm caches and a hot processor, so the order alternates.
    const above = round % 2 === 0 ? await measured() : undefined
    const below = await floor()
    const pair = { above: above ?? (await measured()), below }
    if (round > 0) pairs.push(pair)
  }
  const each = (Object.keys(units) as Name[]).map(name => {
    const medians = {
      measured: summarize(pairs.map(({ above }) => above[name])).ratio,
      floor: summarize(pairs.map(({ below }) => below[name])).ratio,
      unit: units[name],
    }
    const ratios = pairs.map(({ above, below }) => above[name] / below[name])
    return [name, { ...summarize(ratios), medians }] as const
  })
  return Object.fromEntries(each) as Record<Name, Compared>
}

export function summarize(ratios: readonly number[]): Summary {
  const sorted = ratios.toSorted((one, other) => one - other)
  const middle = sorted.slice(Math.ceil(sorted.length / 2) - 1, Math.floor(sorted.length / 2) + 1)
  const ratio = middle.reduce((sum, each) => sum + each, 0) / middle.length
  return { ratio, range: [sorted[0] ?? Number.NaN, sorted.at(-1) ?? Number.NaN] }
}
