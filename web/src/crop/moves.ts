/**
 * How the picture lies under the circle, and what each move makes of it. Pure: the keys, buttons and the slider end
 * here; mouse, wheel and fingers are read by react-easy-crop, which limits positions by the same rule.
 */
import { type Area, clamp, type Size, type Turns, turnSize } from './cut.ts'

export type Point = Readonly<{ x: number; y: number }>

/** `crop` is how far the middle of the picture lies from that of the circle, in CSS pixels. */
export type View = Readonly<{ crop: Point; zoom: number; turns: Turns }>

/** In CSS pixels: the picture at zoom 1, not turned, and the side of the circle. */
export type Stage = Readonly<{ picture: Size; circle: number }>

export const startView: View = { crop: { x: 0, y: 0 }, zoom: 1, turns: 0 }

/** A photo has 48 pixels a side at least, and eightfold is as far as a phone's picture is good for. */
export const largestZoom = (picture: Size) =>
  clamp(Math.floor((Math.min(picture.width, picture.height) / 48) * 100) / 100, 1, 8)

export const zoomStep = 0.2

export function zoomTo(view: View, zoom: number, limit: number, stage: Stage): View {
  const next = clamp(Math.round(zoom * 100) / 100, 1, limit)
  const ratio = next / view.zoom
  // The same place of the picture stays in the middle of the circle.
  const crop = { x: view.crop.x * ratio, y: view.crop.y * ratio }
  return keepInside({ ...view, zoom: next, crop }, stage)
}

export function turnBy(view: View, quarters: 1 | -1, stage: Stage): View {
  const turns = turnsAfter[quarters][view.turns]
  const { x, y } = view.crop
  const crop = quarters === 1 ? { x: -y, y: x } : { x: y, y: -x }
  return keepInside({ ...view, turns, crop }, stage)
}

const turnsAfter: Readonly<Record<1 | -1, readonly [Turns, Turns, Turns, Turns]>> = {
  1: [1, 2, 3, 0],
  [-1]: [3, 0, 1, 2],
}

export function moveBy(view: View, by: Point, stage: Stage): View {
  const crop = { x: view.crop.x + by.x, y: view.crop.y + by.y }
  return keepInside({ ...view, crop }, stage)
}

/** The circle never leaves the picture. */
export function keepInside(view: View, stage: Stage): View {
  const room = roomOf(view, stage)
  const x = clamp(view.crop.x, -room.x, room.x)
  const y = clamp(view.crop.y, -room.y, room.y)
  return { ...view, crop: { x, y } }
}

/** How far the picture can be moved from the middle, each way. */
export function roomOf({ zoom, turns }: View, stage: Stage): Point {
  const { width, height } = turnSize(stage.picture, turns)
  const half = (side: number) => Math.max(0, (side * zoom - stage.circle) / 2)
  return { x: half(width), y: half(height) }
}

/** What the circle shows. */
export function areaOf({ crop, zoom, turns }: View, { picture, circle }: Stage): Area {
  const { width, height } = turnSize(picture, turns)
  const part = (length: number) => (100 * circle) / (length * zoom)
  const start = (length: number, at: number) =>
    100 * (0.5 - at / (length * zoom)) - part(length) / 2
  return {
    x: start(width, crop.x),
    y: start(height, crop.y),
    width: part(width),
    height: part(height),
  }
}

/** Where the middle of the circle is in the room it has: 0 to 100 from the left and from the top. */
export function placeOf(view: View, stage: Stage): Point {
  const room = roomOf(view, stage)
  const place = (at: number, most: number) =>
    most < 0.5 ? 50 : clamp(Math.round(50 - (at / most) * 50), 0, 100)
  return { x: place(view.crop.x, room.x), y: place(view.crop.y, room.y) }
}
