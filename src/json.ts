/**
 * Reads all JSON that clients send: bytes -> plain values. JSON over the limits of json-scan.ts is refused before it
 * is parsed, and its memory is counted before it is used.
 */
import { isAscii } from 'node:buffer'
import type { Call } from './call.ts'
import { yieldToOthers } from './event-loop.ts'
import { Failure } from './failure.ts'
import { refused, scanJson, sliceBytes } from './json-scan.ts'

/** Reads a JSON body of at most `maxBytes` and `maxValues`. Throws as `readBody` and `parseJson` do. */
export async function readJson(call: Call, maxBytes: number, maxValues?: number): Promise<unknown> {
  return await parseJson(await call.readBody(maxBytes), call.takeMemory, maxValues)
}

/** Memory of a value without its text, including its place in a list or its name in an object. */
const bytesOfValue = 100

/** Throws Failure 'json-refused', 'body-not-json', 'overloaded'. */
export async function parseJson(
  bytes: Uint8Array,
  takeMemory: Call['takeMemory'],
  maxValues?: number,
): Promise<unknown> {
  const { values, names, hasCodes } = await scanJson(bytes, maxValues)
  // The whole text and the texts of its values. A character takes two bytes unless all are ASCII.
  const width = isAscii(bytes) && !hasCodes ? 1 : 2
  takeMemory(2 * bytes.length * width + values * bytesOfValue)
  const value = await parseText(bytes)
  // "When the names within an object are not unique, the behavior of software that receives such an object is
  // unpredictable." https://www.rfc-editor.org/rfc/rfc8259#section-4
  if (countNames(value) < names) throw refused('has the same name twice in one object')
  return value
}

async function parseText(bytes: Uint8Array): Promise<unknown> {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    if (bytes.length > sliceBytes) await yieldToOthers()
    return JSON.parse(text)
  } catch (cause) {
    throw new Failure('body-not-json', { cause })
  }
}

/** JSON.parse keeps the last of equal names. */
function countNames(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  const inner = Object.values(value)
  const own = Array.isArray(value) ? 0 : inner.length
  return inner.reduce((sum: number, one: unknown) => sum + countNames(one), own)
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
