/**
 * Converts the body of one request of a batch from a JSON value to bytes, when the request is
 * executed. Enforces the size limit of the operation.
 */

import type { Call } from '../call.ts'
import { Failure } from '../failure.ts'

/**
 * JSON values are serialised; a text is base64. The documentation says "base64 URL-encoded"; SDKs
 * send standard base64. Node reads both, with or without padding, and with line breaks as from
 * PowerShell. Other text is passed on unchanged, and the operation refuses it with a specific
 * message.
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
    // For the text and for its bytes.
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

/** A lower bound for the length of the value's JSON. json-scan.ts limits its depth and size. */
function leastLength(value: unknown): number {
  if (typeof value === 'string') return value.length
  if (typeof value !== 'object' || value === null) return 1
  let length = 2
  for (const [name, inner] of Object.entries(value)) length += name.length + leastLength(inner)
  return length
}
