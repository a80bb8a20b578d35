/**
 * Sliding window of one limit. It counts in slices of a sixtieth of the window and removes a slice only when all of it
 * is older than the window, so it never counts too little, and its memory does not grow with the load. throttle.ts
 * refuses.
 */
import type { Rate } from './limits.ts'

export type Window = Readonly<{
  add(amount: number, atMs: number): void
  /** Milliseconds until `amount` more is within the rate, if nothing else is counted; 0 if it is now. */
  waitFor(amount: number, atMs: number): number
}>

const slicesPerWindow = 60

type Slice = { readonly endsAt: number; count: number }

export function createWindow(rate: Rate): Window {
  const sliceMs = Math.ceil(rate.windowMs / slicesPerWindow)
  const slices: Slice[] = []
  let total = 0
  function forgetOld(atMs: number): void {
    while (slices[0] !== undefined && slices[0].endsAt + rate.windowMs <= atMs) {
      total -= slices.shift()?.count ?? 0
    }
  }
  return {
    add(amount, atMs) {
      forgetOld(atMs)
      total += amount
      const newest = slices.at(-1)
      // If the clock goes back, the newest slice is used: amounts count longer, not shorter.
      if (newest !== undefined && atMs < newest.endsAt) newest.count += amount
      else slices.push({ endsAt: (Math.floor(atMs / sliceMs) + 1) * sliceMs, count: amount })
    },
    waitFor(amount, atMs) {
      forgetOld(atMs)
      let left = total
      if (left + amount <= rate.amount) return 0
      for (const { endsAt, count } of slices) {
        left -= count
        if (left + amount <= rate.amount) return endsAt + rate.windowMs - atMs
      }
      return rate.windowMs
    },
  }
}
