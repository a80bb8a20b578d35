/** A page may show a change before it has moved the focus or the colours: what is read there is read until it fits. */
import { setTimeout as delay } from 'node:timers/promises'
import { limitMs } from './chromium.ts'

/** The value that fits, or the last one when none has come in time. */
export async function readUntil<Value>(
  read: () => Promise<Value>,
  fits: (value: Value) => boolean,
  withinMs = limitMs,
): Promise<Value> {
  for (let left = withinMs; ; left -= 20) {
    const value = await read()
    if (fits(value) || left <= 0) return value
    await delay(20)
  }
}
