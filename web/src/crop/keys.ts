/** What a key does to the view while the circle has the focus. Enter and Escape are the dialog's. */
import { moveBy, type Point, type Stage, turnBy, type View, zoomStep, zoomTo } from './moves.ts'

type Key = Readonly<{ key: string; shiftKey: boolean }>

/** Ways of the picture, not of the circle: as with the mouse. */
export const arrows: Readonly<Record<string, Point>> = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
}

/** CSS pixels: without and with Shift. */
export const arrowStep = 8
const fineStep = 1

/** `=` is the key of `+` without Shift, `_` that of `-` with it. */
const zooms: Readonly<Record<string, number>> = {
  '+': zoomStep,
  '=': zoomStep,
  '-': -zoomStep,
  _: -zoomStep,
}

/** Undefined for a key that means nothing here. */
export function changeOfKey(
  { key, shiftKey }: Key,
  limit: number,
  stage: Stage,
): ((view: View) => View) | undefined {
  const arrow = arrows[key]
  const step = shiftKey ? fineStep : arrowStep
  if (arrow) return view => moveBy(view, { x: arrow.x * step, y: arrow.y * step }, stage)
  const zoom = zooms[key]
  if (zoom) return view => zoomTo(view, view.zoom + zoom, limit, stage)
  if (key.toLowerCase() === 'r') return view => turnBy(view, shiftKey ? -1 : 1, stage)
  return undefined
}
