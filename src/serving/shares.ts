/**
 * Divides the limits of the machine among its workers. The parts add up to the whole, except where a part would be
 * too small for a worker to function.
 */
import { maxUploadBytes } from '../call.ts'
import type { Config } from '../settings/config.ts'

/** A worker must be able to accept one upload of the largest size, also within a batch. */
const leastUploadMemoryBytes = 6 * maxUploadBytes
/** A picture that a single process accepts must be accepted by several. */
const leastDecodeMemoryBytes = 256 * 1024 * 1024
/** The minimum of a single process too: a turn of the sweep holds one connection and queries through another. */
const leastConnections = 2

/**
 * The settings of worker `number` (from 1) of `config.workers`. Limits of throttling are not divided: a client stays
 * on its connection and so with its worker, and a part of the limit would refuse requests that are allowed.
 */
export function shareOf(config: Config, number: number): Config {
  const share = (whole: number, least: number) =>
    Math.max(Math.min(whole, least), partOf(whole, number, config.workers))
  const { database, limits } = config
  return {
    ...config,
    database: database && {
      ...database,
      connections: share(database.connections, leastConnections),
    },
    packCacheBytes: share(config.packCacheBytes, 1),
    limits: {
      ...limits,
      renderers: share(limits.renderers, 1),
      renderQueue: share(limits.renderQueue, 1),
      decodeMemoryBytes: share(limits.decodeMemoryBytes, leastDecodeMemoryBytes),
      uploadMemoryBytes: share(limits.uploadMemoryBytes, leastUploadMemoryBytes),
      // SQLite has no lock for turns between processes, so only worker 1 (or its replacement) sweeps.
      sweeps: number === 1 ? limits.sweeps : 'memory',
    },
  }
}

/** The first workers get the remainder. */
function partOf(whole: number, number: number, count: number): number {
  return Math.floor(whole / count) + (number <= whole % count ? 1 : 0)
}
