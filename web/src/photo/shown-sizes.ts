/** At which sizes a photo is shown as an example: those it has, as many as fit beside each other. */
import { photoSizes } from '../graph/photos.ts'

export type ShownSizes = Readonly<{
  /** Sides in CSS pixels, smallest first. */
  beside: readonly number[]
  /** Those that have room only below the others. */
  below: readonly number[]
}>

/** `side`: of the photo, in pixels; it is never enlarged. `width`: of the room for all, in CSS pixels. */
export function sizesThatFit(side: number, width: number, gap: number): ShownSizes {
  const possible = photoSizes.filter(size => size <= side && size <= width)
  let used = -gap
  const beside = possible.filter(size => {
    used += gap + size
    return used <= width
  })
  return { beside, below: possible.slice(beside.length) }
}
