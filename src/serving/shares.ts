/**
 * What each worker may spend of what the settings allow the machine: the parts add up to the whole,
 * save where a worker could not do its work with less. It knows no process.
 */
import { maxUploadBytes } from '../call.ts'
import type { Config } from '../settings/config.ts'

/** A worker has to be able to take one upload of the largest size that is allowed, also within a batch. */
const leastUploadMemoryBytes = 6 * maxUploadBytes
/** Nor may there be a picture that one process takes and several do not. */
const leastDecodeMemoryBytes = 256 * 1024 * 1024
/** As for one process alone: a turn of the sweep takes one connection and works through another. */
const leastConnections = 2

/**
 * The settings of worker `number` (from 1) of `config.workers`. Limits of throttling stay whole: a client
 * keeps its connection, and with it its worker, so that with a part of the limit it would be refused
 * what it is allowed.
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
      // On SQLite nobody takes turns at it: one worker does it, and whoever takes its place.
      sweeps: number === 1 ? limits.sweeps : 'memory',
    },
  }
}

/** What cannot be divided evenly goes to the first ones. */
function partOf(whole: number, number: number, count: number): number {
  return Math.floor(whole / count) + (number <= whole % count ? 1 : 0)
}
