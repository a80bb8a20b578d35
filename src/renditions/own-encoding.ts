/**
 * Whether an upload is a JPEG as Visage writes it, so that it can be stored byte for byte. It must be
 * proven, since anything hidden in it would be stored too (docs/decisions/0020-own-encoding.md). It
 * decodes no pixel: it compares coefficients.
 */

import { coefficientsOf, type Jpeg, markers, readJpeg } from './coefficients.ts'

/** Measured: 1.01 for portraits, 1.12 for signs of green and magenta. */
const mostLonger = 1.25

/** `encodedAnew`: the upload's pixels written by our encoder, in the same size. */
export function isOwnEncoding(upload: Uint8Array, encodedAnew: Uint8Array): boolean {
  if (upload.length > mostLonger * encodedAnew.length) return false
  const given = readJpeg(upload)
  const anew = readJpeg(encodedAnew)
  if (!given || !anew || !haveSameHeaders(given, anew)) return false
  const [one, other] = [coefficientsOf(given), coefficientsOf(anew)]
  return one !== undefined && other !== undefined && areNear(one, other)
}

/** Markers, order, quantisation, size, sampling; not the codes, which differ for each picture. */
function haveSameHeaders(one: Jpeg, other: Jpeg): boolean {
  if (one.segments.length !== other.segments.length) return false
  return one.segments.every(({ marker, body }, at) => {
    const match = other.segments[at]
    if (marker !== match?.marker) return false
    // The first byte is the number of the table.
    const compared = marker === markers.tables ? 1 : undefined
    return body.subarray(0, compared).equals(match.body.subarray(0, compared))
  })
}

/** Measured: 0.01 for portraits, 0.12 for red writing on white, 0.2 for signs of green and magenta. */
const mostUnseen = 0.25

/**
 * Coefficients can contain what the pixels do not show. That rest must be a small part of what is shown:
 * stops a second picture below black, above white, or between the samples.
 */
function areNear(given: Int16Array, anew: Int16Array): boolean {
  let unseen = 0
  let seen = 0
  for (let at = 0; at < anew.length; at++) {
    const value = anew[at] ?? 0
    unseen += Math.abs((given[at] ?? 0) - value)
    seen += Math.abs(value)
  }
  return given.length === anew.length && unseen <= mostUnseen * seen
}
