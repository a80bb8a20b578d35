/**
 * The limits of an application per mailbox, and their text form in a setting. throttle.ts counts requests.
 */

import { maxUploadBytes } from '../call.ts'

/** At most `amount` in any `windowMs`. */
export type Rate = Readonly<{ amount: number; windowMs: number }>

/** Per application and mailbox; what is left out is not limited. */
export type ThrottleLimits = Readonly<{
  requests?: Rate
  /** Requests at the same time. */
  concurrent?: number
  /** In bytes of request bodies. */
  upload?: Rate
}>

const megabyte = 1024 * 1024
const longestWindowSeconds = 24 * 60 * 60

/**
 * "10,000 API requests in a 10 minute period", "4 concurrent requests", "150 megabytes (MB) upload
 * (PATCH, POST, PUT) in a 5 minute period", each for one app and one mailbox, of a user or a group.
 * https://learn.microsoft.com/en-us/graph/throttling-limits#outlook-service-limits
 */
export const graphLimits: ThrottleLimits = {
  requests: { amount: 10_000, windowMs: 600_000 },
  concurrent: 4,
  upload: { amount: 150 * megabyte, windowMs: 300_000 },
}

export const limitsForm =
  'off, graph, or any of requests=10000/600s,concurrent=4,upload=150MB/300s (at least 4MB)'

/** `graph` or numbers -> limits; undefined for any other text. */
export function parseLimits(text: string): ThrottleLimits | undefined {
  if (text === 'graph') return graphLimits
  const limits: { -readonly [Name in keyof ThrottleLimits]: ThrottleLimits[Name] } = {}
  for (const entry of text.split(',')) {
    const [name, value = ''] = entry.trim().split('=', 2)
    if (name === 'concurrent') {
      if ('concurrent' in limits || !/^[1-9]\d{0,5}$/.test(value)) return undefined
      limits.concurrent = Number(value)
    } else if (name === 'requests' || name === 'upload') {
      const rate = parseRate(value, name === 'upload' ? 'MB' : '')
      if (name in limits || rate === undefined) return undefined
      limits[name] = rate
    } else return undefined
  }
  return limits
}

/** A limit below the largest photo would always refuse it. */
function parseRate(text: string, unit: 'MB' | ''): Rate | undefined {
  const [, number = '', found, seconds = ''] = /^(\d{1,9})(MB)?\/(\d{1,6})s$/.exec(text) ?? []
  const amount = Number(number) * (unit === 'MB' ? megabyte : 1)
  const isReasonable =
    (found ?? '') === unit &&
    amount >= (unit === 'MB' ? maxUploadBytes : 1) &&
    Number(seconds) >= 1 &&
    Number(seconds) <= longestWindowSeconds
  return isReasonable ? { amount, windowMs: Number(seconds) * 1000 } : undefined
}
