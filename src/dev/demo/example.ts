/**
 * A picture for trying an upload. Drawn once and kept as the demo photos are, since drawing would take a
 * large part of the start.
 */
import { type Drawn, drawnFolders, readOrDraw } from './drawn.ts'

export async function examplePicture(): Promise<Uint8Array> {
  const { picture } = await readOrDraw(await drawnFolders(), 'example', drawExample)
  return picture
}

/** It has no renditions, because no owner has it as a photo. */
async function drawExample(): Promise<Drawn> {
  const { drawFace } = await import('./faces.ts')
  const picture = await drawFace('example', 648)
  return { picture, pack: new Uint8Array(), renditions: [] }
}
