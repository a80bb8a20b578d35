/** The largest square in the middle of a picture, as a photo: for many files at once, which nobody crops one by one. */
import { planCut } from './cut.ts'
import { startCutter } from './cutter.ts'
import { openPicture, type Refusal } from './open-picture.ts'

export type Square = Readonly<{ jpeg: Blob } | { refusal: Refusal }>

export async function cutCentreSquare(file: Blob): Promise<Square> {
  const opened = await openPicture(file)
  if ('refusal' in opened) return opened
  const { width, height } = opened.bitmap
  const side = Math.min(width, height)
  const area = {
    x: (50 * (width - side)) / width,
    y: (50 * (height - side)) / height,
    width: (100 * side) / width,
    height: (100 * side) / height,
  }
  const cut = planCut(area, { width, height }, 0)
  const cutter = await startCutter(opened.bitmap)
  try {
    return { jpeg: await cutter.cut(cut) }
  } finally {
    cutter.close()
  }
}
