/**
 * A picture to try an upload with. It is drawn once and kept as the demo photos are: drawing it, and loading
 * what draws, would take a good part of the start.
 */
import { type Drawn, drawnFolders, recallOrDraw } from './drawn.ts'

export async function examplePicture(): Promise<Uint8Array> {
  const { picture } = await recallOrDraw(await drawnFolders(), 'example', drawExample)
  return picture
}

/** Nobody's photo, and so without renditions. */
async function drawExample(): Promise<Drawn> {
  const { drawFace } = await import('./faces.ts')
  const picture = await drawFace('example', 648)
  return { picture, pack: new Uint8Array(), renditions: [] }
}
