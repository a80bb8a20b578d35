/** Limits of a deployment, its cleaning up, and the limits of one application. */
import { availableParallelism } from 'node:os'
import { maxUploadBytes } from '../call.ts'
import { limitsForm, parseLimits, type ThrottleLimits } from '../throttling/limits.ts'
import { numberOf, textOf, wrong } from './reading.ts'
import type { Texts } from './table.ts'

/** When a connection is closed after an answer; Infinity for never. */
type ConnectionLimits = Readonly<{ maxRequests: number; maxAgeMs: number }>

export type Limits = Readonly<{
  maxPixels: number
  renderers: number
  renderQueue: number
  renderTimeoutMs: number
  decodeMemoryBytes: number
  uploadMemoryBytes: number
  stallTimeoutMs: number
  connections: ConnectionLimits
  sweepEveryMs: number
  sweepGraceMs: number
  /** How often people who have left are looked for. */
  leaversEveryMs: number
  /** How long after their deletion people and groups are erased; Infinity for never. */
  deletedMs: number
  /** How long people are inactive until they count as deleted; Infinity for never. */
  inactiveMs: number
  /** 'memory': the process cleans up its own memory only; another one sweeps the store. */
  sweeps: 'store and memory' | 'memory'
}>

export function readLimits(texts: Texts): Limits {
  return {
    maxPixels: numberOf(texts, 'maxPixels', 48 * 48, 1_000_000_000),
    renderers:
      texts.renderers === undefined
        ? Math.max(2, Math.min(3, availableParallelism()))
        : numberOf(texts, 'renderers', 1, 256),
    renderQueue: numberOf(texts, 'renderQueue', 0, 100_000),
    renderTimeoutMs: numberOf(texts, 'renderTimeout', 1, 600) * 1000,
    decodeMemoryBytes: numberOf(texts, 'decodeMemory', 16 * 1024 * 1024, 2 ** 40),
    uploadMemoryBytes: numberOf(texts, 'uploadMemory', maxUploadBytes, 2 ** 40),
    stallTimeoutMs: numberOf(texts, 'stallTimeout', 1, 3600) * 1000,
    connections: {
      maxRequests: numberOf(texts, 'connectionRequests', 0, 1_000_000_000) || Infinity,
      maxAgeMs: numberOf(texts, 'connectionAge', 0, 30 * 86_400) * 1000 || Infinity,
    },
    sweepEveryMs: numberOf(texts, 'sweepEvery', 0, 86_400) * 1000,
    sweepGraceMs: numberOf(texts, 'sweepGrace', 60, 30 * 86_400) * 1000,
    leaversEveryMs: 600_000,
    deletedMs: numberOf(texts, 'deletedDays', 0, 36_500) * 86_400_000 || Infinity,
    inactiveMs: numberOf(texts, 'inactiveDays', 0, 36_500) * 86_400_000 || Infinity,
    sweeps: 'store and memory',
  }
}

/** undefined: no limits. */
export function readThrottle(texts: Texts): ThrottleLimits | undefined {
  const text = textOf(texts, 'throttle')
  if (text === 'off') return undefined
  const limits = parseLimits(text)
  if (limits === undefined) throw wrong('throttle', text, limitsForm)
  return limits
}
