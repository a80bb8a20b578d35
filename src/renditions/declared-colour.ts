/**
 * Which colour counts if a picture declares several, and which of them the decoder does not apply: it
 * applies ICC profiles, we apply all others.
 */

import type { Metadata } from 'sharp'
import { readAvifColour } from './avif-colour.ts'
import { type Colour, isSrgb } from './colour.ts'
import { readPngColour } from './png-colour.ts'

/**
 * Undefined: as the decoder reads it. An ICC profile counts before nclx; cICP counts before an ICC
 * profile, which is then ignored.
 */
export function readDeclaredColour(
  picture: Uint8Array,
  { format, hasProfile }: Metadata,
): Colour | undefined {
  if (format === 'heif') return hasProfile ? undefined : unlessSrgb(readAvifColour(picture))
  if (format !== 'png') return undefined
  const colour = readPngColour(picture)
  return hasProfile ? colour : unlessSrgb(colour)
}

/** Pictures in sRGB keep their exact values. */
function unlessSrgb(colour: Colour | undefined): Colour | undefined {
  return colour && isSrgb(colour) ? undefined : colour
}
