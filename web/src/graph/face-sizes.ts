/** Which of Graph's sizes to ask for, so that a face is sharp on the screen and no larger than that. */

/** https://learn.microsoft.com/en-us/graph/api/profilephoto-get */
const sizes = [48, 64, 96, 120, 240, 360, 432, 504, 648] as const

/** The smallest size with a pixel for each of the screen: `cssPixels` wide at `density` pixels each. */
export function faceSize(cssPixels: number, density: number): number {
  const needed = Math.ceil(cssPixels * density)
  return sizes.find(size => size >= needed) ?? 648
}

/** The photo of an owner in a size, which a photo smaller than that does not have. */
export function sizedFace(owner: string, size: number): FaceAddress {
  const [at, whole] = [`${owner}/photos/${size}x${size}/$value`, `${owner}/photo/$value`]
  return { path: at, whole }
}

/** Graph keeps the photos of contacts in one size. */
export function contactFace(contact: string): FaceAddress {
  return { path: `${contact}/photo/$value`, whole: undefined }
}

export type FaceAddress = Readonly<{
  path: string
  /** Where to ask when there is none at `path`. */
  whole: string | undefined
}>
