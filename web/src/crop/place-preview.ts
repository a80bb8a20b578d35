/** Where the whole picture lies behind a small circle, so that the circle shows the area and nothing else. Pure. */
import { type Area, type Size, type Turns, turnSize } from './cut.ts'

/** CSS pixels: the picture before its turn, and its upper left corner; it turns around its own middle. */
export type Place = Size & Readonly<{ x: number; y: number }>

export function placePreview(area: Area, picture: Size, turns: Turns, circle: number): Place {
  const turned = turnSize(picture, turns)
  const scale = (100 * circle) / (area.width * turned.width)
  const width = picture.width * scale
  const height = picture.height * scale
  const middle = {
    x: turned.width * scale * (0.5 - area.x / 100),
    y: turned.height * scale * (0.5 - area.y / 100),
  }
  return { width, height, x: middle.x - width / 2, y: middle.y - height / 2 }
}
