/**
 * Measures work in processor time of all threads of this process, since the machine may stand still or be busy, and
 * offers work of a known size to compare it with.
 */
import { deflateSync, inflateSync } from 'node:zlib'

/** Milliseconds, the lowest of three runs. */
export async function processorMs(work: () => unknown): Promise<number> {
  const times: number[] = []
  for (let run = 0; run < 3; run++) {
    const before = process.cpuUsage()
    await work()
    const { user, system } = process.cpuUsage(before)
    times.push((user + system) / 1000)
  }
  return Math.min(...times)
}

/** What unpacking this many times eight megabytes takes. */
export async function unpackingMs(times: number): Promise<number> {
  const packed = deflateSync(Buffer.alloc(8_000_000))
  return await processorMs(() => {
    for (let count = 0; count < times; count++) inflateSync(packed)
  })
}
