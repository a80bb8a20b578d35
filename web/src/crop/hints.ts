/**
 * Hints about a picture before it is saved: blurred, dark, bright. Measured on the light of a square of 256 pixels a
 * side. A hint is never a refusal: people know better than numbers what they look like.
 */

export type Hint = 'blurred' | 'dark' | 'bright'

/** Side of the square that is measured. */
export const measuredSide = 256

export type Measures = Readonly<{
  /** Mean light, 0 to 255. */
  light: number
  /** Variance of the Laplacian: how much neighbouring pixels differ. */
  sharpness: number
}>

/**
 * Settled on six photographs and two drawings, each also blurred and darkened. Sharp faces have a sharpness from 100
 * to 180, landscapes from 600; blurred by 0.4 % of their side, as seen at 648 pixels, faces have 20 to 40. The light
 * was 110 to 150, of photographs at half of their light from 55, at a third below 45. A portrait before a white wall
 * has 200.
 */
const limits = { sharpness: 45, dark: 45, bright: 215 }

/** Of a photograph with enough light. */
const middleLight = 128

export function findHints({ light, sharpness }: Measures): Hint[] {
  if (light < limits.dark) return ['dark']
  if (light > limits.bright) return ['bright']
  // Half the light makes half the differences, so a quarter of their variance: that is no blur.
  const dimmed = Math.max(1, middleLight / light)
  return sharpness * dimmed ** 2 < limits.sharpness ? ['blurred'] : []
}

/** `pixels` as of `getImageData`: red, green, blue, alpha for each pixel. */
export function measure(pixels: Uint8ClampedArray, side: number): Measures {
  const light = lightOf(pixels)
  return { light: meanOf(light), sharpness: varianceOf(laplacianOf(light, side)) }
}

/** Rec. 709, as sRGB weighs its colours. */
function lightOf(pixels: Uint8ClampedArray): Float32Array {
  const at = (index: number) => pixels[index] ?? 0
  return Float32Array.from(
    { length: pixels.length / 4 },
    (_, i) => 0.2126 * at(4 * i) + 0.7152 * at(4 * i + 1) + 0.0722 * at(4 * i + 2),
  )
}

/** Each inner pixel against the four beside it. */
function laplacianOf(light: Float32Array, side: number): Float32Array {
  const at = (index: number) => light[index] ?? 0
  const inner = Math.max(0, side - 2)
  return Float32Array.from({ length: inner * inner }, (_, i) => {
    const middle = (Math.floor(i / inner) + 1) * side + (i % inner) + 1
    return at(middle - 1) + at(middle + 1) + at(middle - side) + at(middle + side) - 4 * at(middle)
  })
}

function meanOf(values: Float32Array): number {
  return values.length ? values.reduce((sum, value) => sum + value, 0) / values.length : 0
}

function varianceOf(values: Float32Array): number {
  const mean = meanOf(values)
  return values.length
    ? values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length
    : 0
}
