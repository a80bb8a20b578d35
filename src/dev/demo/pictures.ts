/**
 * The content of a picture of the demo tenant, as data, and the function that draws it. Importing this loads
 * sharp; importing tenant.ts does not.
 */
import { drawEmblem } from './emblems.ts'
import { drawFace } from './faces.ts'
import type { Face } from './portrait.ts'

export type Picture =
  | Readonly<{ shows: 'face'; seed: string; face: Partial<Face> }>
  | Readonly<{ shows: 'emblem'; seed: string }>

/** The side, in pixels, from which every size of the size table can be made. */
export const pictureSide = 648

/** A square JPEG; about 15 ms of one core, so draw after listening and one after another. */
export const drawPicture = (picture: Picture, side = pictureSide): Promise<Uint8Array> =>
  picture.shows === 'face'
    ? drawFace(picture.seed, side, picture.face)
    : drawEmblem(picture.seed, side)
