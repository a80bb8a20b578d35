/**
 * The seed of the fuzz: the same calls on every run, others with FUZZ_SEED=random, and those of a failure again with the
 * number that it printed.
 */
const usualSeed = 20_261_123

export function chooseSeed(): number {
  const wanted = process.env.FUZZ_SEED ?? ''
  if (wanted === 'random') return Math.floor(Math.random() * 2 ** 31)
  return wanted === '' ? usualSeed : Number(wanted)
}
