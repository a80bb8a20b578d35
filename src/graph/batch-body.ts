/**
 * The body of one request of a batch: a value of JSON -> bytes, made when the request is carried out and
 * not before. It stops at the size that the operation takes, and knows nothing of what the bytes mean.
 */

import type { Call } from '../call.ts'
import { Failure } from '../failure.ts'

/**
 * JSON as it is; anything else is base64. "base64 URL-encoded" says the page, standard base64 is what
 * the SDKs send: Node reads both, padded or not, and in lines as PowerShell can write it. Text that is
 * neither is sent on as it is and refused where it arrives, with the right words.
 */
export function decodeBody(
  value: unknown,
  maxBytes: number,
  takeMemory: Call['takeMemory'],
): Uint8Array {
  if (value === undefined || value === null) return new Uint8Array()
  const bytes = typeof value === 'string' ? readText(value, maxBytes, takeMemory) : writeJson()
  return withinLimit(bytes, maxBytes)

  function writeJson(): Uint8Array {
    const least = leastLength(value)
    if (least > maxBytes) throw new Failure('body-too-large', { facts: { maxBytes } })
    // The text, and the bytes made of it.
    takeMemory(2 * least)
    return Buffer.from(JSON.stringify(value))
  }
}

const base64 = /^[A-Za-z0-9+/_\r\n-]*(?:=[\r\n]*){0,2}$/

function readText(text: string, maxBytes: number, takeMemory: Call['takeMemory']): Uint8Array {
  if (base64.test(text)) {
    takeMemory(Math.ceil((text.length * 3) / 4))
    return Buffer.from(text, 'base64')
  }
  const bytes = Buffer.byteLength(text)
  if (bytes > maxBytes) throw new Failure('body-too-large', { facts: { maxBytes, bytes } })
  takeMemory(bytes)
  return Buffer.from(text)
}

function withinLimit(bytes: Uint8Array, maxBytes: number): Uint8Array {
  if (bytes.length <= maxBytes) return bytes
  throw new Failure('body-too-large', { facts: { maxBytes, bytes: bytes.length } })
}

/** The JSON of the value has at least so many characters. json-scan.ts bounds depth and number. */
function leastLength(value: unknown): number {
  if (typeof value === 'string') return value.length
  if (typeof value !== 'object' || value === null) return 1
  let length = 2
  for (const [name, inner] of Object.entries(value)) length += name.length + leastLength(inner)
  return length
}
