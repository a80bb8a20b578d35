/**
 * Maps HDR light (brighter than white) to the range of sRGB: white paper stays nearly white, and the light
 * above it, up to 1000 candela per square metre, is compressed. to-srgb.ts applies it to pixels.
 */

import type { Curve } from './colour.ts'

/** Candela per square metre of white paper. https://www.itu.int/pub/R-REP-BT.2408 table 1 */
const paperWhite = 203
/** The reference screen of HLG and of most PQ pictures. */
const brightest = 1000 / paperWhite

/** Perceptual quantiser, stored value to light; paper is 1. https://www.itu.int/rec/R-REC-BT.2100 table 4 */
export function fromPq(value: number): number {
  const root = value ** (32 / 2523)
  const light = Math.max(0, root - 0.8359375) / (18.8515625 - 18.6875 * root)
  return (10_000 / paperWhite) * light ** (8192 / 1305)
}

/** Hybrid log-gamma, stored value to light before the camera, 0 to 1. Table 5. */
export function fromHlg(value: number): number {
  if (value <= 0.5) return value ** 2 / 3
  return (Math.exp((value - 0.55991073) / 0.17883277) + 0.28466892) / 12
}

/** The same factor for all three values of a pixel keeps its hue. */
export function toneMap(curve: Curve): (red: number, green: number, blue: number) => number {
  if (curve === 'pq') return (red, green, blue) => dim(Math.max(red, green, blue))
  if (curve === 'hlg') return dimHlg
  return () => 1
}

/** Scene light to display light: a power of the brightness. BT.2100 table 5, gamma 1.2. */
function dimHlg(red: number, green: number, blue: number): number {
  const brightness = 0.2627 * red + 0.678 * green + 0.0593 * blue
  const shown = brightest * brightness ** 0.2
  return shown * dim(Math.max(red, green, blue) * shown)
}

/** Light up to here is not changed. */
const knee = 0.8

/** Light above it is compressed; `brightest` becomes 1. */
function dim(light: number): number {
  if (light <= knee) return 1
  const above = light - knee
  const room = 1 - knee
  const slowed = ((above / (above + room)) * (brightest - knee + room)) / (brightest - knee)
  return Math.min(1, knee + room * slowed) / light
}
