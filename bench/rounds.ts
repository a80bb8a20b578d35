/**
 * Comparing two things on a noisy machine: short measurements in turns, and the median of the
 * ratios, so that what disturbs one round disturbs both sides of it and not the result.
 */

export type Measure = () => Promise<number>

export type Compared = Readonly<{ ratio: number; range: readonly [number, number] }>

/** `measured / floor`. One round more than asked for: the first warms both sides up and is dropped. */
export async function compare(
  measured: Measure,
  floor: Measure,
  rounds: number,
): Promise<Compared> {
  const ratios: number[] = []
  for (let round = 0; round <= rounds; round++) {
    const ratio = round % 2 === 0 ? await inTurn(measured, floor) : await backwards(measured, floor)
    if (round > 0) ratios.push(ratio)
  }
  return summarize(ratios)
}

async function inTurn(measured: Measure, floor: Measure): Promise<number> {
  const above = await measured()
  return above / (await floor())
}

/** Whoever comes second may find caches warm and the processor hot: so each does, every other time. */
async function backwards(measured: Measure, floor: Measure): Promise<number> {
  const below = await floor()
  return (await measured()) / below
}

export function summarize(ratios: readonly number[]): Compared {
  const sorted = ratios.toSorted((one, other) => one - other)
  const middle = sorted.slice(Math.ceil(sorted.length / 2) - 1, Math.floor(sorted.length / 2) + 1)
  const ratio = middle.reduce((sum, each) => sum + each, 0) / middle.length
  return { ratio, range: [sorted[0] ?? Number.NaN, sorted.at(-1) ?? Number.NaN] }
}
