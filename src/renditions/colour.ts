/**
 * The colour space of a picture: primaries, white and transfer curve. Code points and single values become
 * a Colour here; the decoder handles ICC profiles.
 */

/** x and y of red, green, blue and white in CIE 1931. */
export type Primaries = readonly [
  ...red: [x: number, y: number],
  ...green: [x: number, y: number],
  ...blue: [x: number, y: number],
  ...white: [x: number, y: number],
]

/** A number: the exponent from stored value to light. */
export type Curve = 'srgb' | 'pq' | 'hlg' | number

export type Colour = Readonly<{
  primaries: Primaries
  curve: Curve
  /** Black is stored as 16 and white as 235 of 255. */
  isNarrowRange: boolean
}>

const d65 = [0.3127, 0.329] as const
const illuminantC = [0.31, 0.316] as const

export const srgbPrimaries: Primaries = [0.64, 0.33, 0.3, 0.6, 0.15, 0.06, ...d65]
const smpte170: Primaries = [0.63, 0.34, 0.31, 0.595, 0.155, 0.07, ...d65]

/** ColourPrimaries. https://www.itu.int/rec/T-REC-H.273 table 2; 2 is "unspecified". */
const primariesByCode: Readonly<Record<number, Primaries>> = {
  1: srgbPrimaries,
  2: srgbPrimaries,
  4: [0.67, 0.33, 0.21, 0.71, 0.14, 0.08, ...illuminantC],
  5: [0.64, 0.33, 0.29, 0.6, 0.15, 0.06, ...d65],
  6: smpte170,
  7: smpte170,
  8: [0.681, 0.319, 0.243, 0.692, 0.145, 0.049, ...illuminantC],
  9: [0.708, 0.292, 0.17, 0.797, 0.131, 0.046, ...d65],
  11: [0.68, 0.32, 0.265, 0.69, 0.15, 0.06, 0.314, 0.351],
  12: [0.68, 0.32, 0.265, 0.69, 0.15, 0.06, ...d65],
  22: [0.63, 0.34, 0.295, 0.605, 0.155, 0.077, ...d65],
}

/**
 * TransferCharacteristics, table 3. Those of video (1, 6, 7, 11, 12, 14, 15) are shown on the same screens
 * as sRGB, and browsers treat them as sRGB: such pictures keep their values.
 */
const curveByCode: Readonly<Record<number, Curve>> = {
  1: 'srgb',
  2: 'srgb',
  4: 2.2,
  5: 2.8,
  6: 'srgb',
  7: 'srgb',
  8: 1,
  11: 'srgb',
  12: 'srgb',
  13: 'srgb',
  14: 'srgb',
  15: 'srgb',
  16: 'pq',
  18: 'hlg',
}

/** Undefined for codes that no photo has; then other information in the picture counts. */
export function colourOfCodes(
  primariesCode: number,
  transferCode: number,
  isNarrowRange: boolean,
): Colour | undefined {
  const primaries = primariesByCode[primariesCode]
  const curve = curveByCode[transferCode]
  if (primaries === undefined || curve === undefined) return undefined
  return { primaries, curve, isNarrowRange }
}

/** libpng's tolerance, so that sRGB with rounded values keeps its pixels. */
const sameChromaticity = 0.01

export function isSrgb({ primaries, curve, isNarrowRange }: Colour): boolean {
  if (isNarrowRange || curve !== 'srgb') return false
  return primaries.every(
    (value, at) => Math.abs(value - (srgbPrimaries[at] ?? 0)) <= sameChromaticity,
  )
}
