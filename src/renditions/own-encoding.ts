/**
 * Whether an upload is a JPEG as Visage itself writes it, so that it may be kept byte for byte. That is
 * proven, not believed, because what a stranger hides in it would be kept, too
 * (docs/decisions/0020-own-encoding.md). It decodes no pixel: both sides are compared by coefficients.
 */

import { coefficientsOf, type Jpeg, markers, readJpeg } from './coefficients.ts'

/** Measured: 1.01 for portraits, 1.12 for signs of green and magenta. */
const mostLonger = 1.25

/** `encodedAnew`: the upload's pixels as our encoder writes them, of the same size. */
export function isOwnEncoding(upload: Uint8Array, encodedAnew: Uint8Array): boolean {
  if (upload.length > mostLonger * encodedAnew.length) return false
  const given = readJpeg(upload)
  const anew = readJpeg(encodedAnew)
  if (!given || !anew || !haveSameHeaders(given, anew)) return false
  const [one, other] = [coefficientsOf(given), coefficientsOf(anew)]
  return one !== undefined && other !== undefined && areNear(one, other)
}

/** Markers, order, quantisation, size, sampling: all but the codes, which are made for each picture. */
function haveSameHeaders(one: Jpeg, other: Jpeg): boolean {
  if (one.segments.length !== other.segments.length) return false
  return one.segments.every(({ marker, body }, at) => {
    const match = other.segments[at]
    if (marker !== match?.marker) return false
    // The first byte says which table it is.
    const compared = marker === markers.tables ? 1 : undefined
    return body.subarray(0, compared).equals(match.body.subarray(0, compared))
  })
}

/** Measured: 0.01 for portraits, 0.12 for red writing on white, 0.2 for signs of green and magenta. */
const mostUnseen = 0.25

/**
 * What its pixels do not show is not in the coefficients of those pixels. The rest may not be more than a
 * part of what is seen: stops a second picture below black, above white, and between the samples.
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
