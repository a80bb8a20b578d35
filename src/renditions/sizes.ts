/**
 * The sizes of a photo, and which of them an upload is large enough for. Photos are never enlarged: a size
 * that does not fit does not exist. Paths and JSON are in graph/.
 * @differs Every size that fits exists as soon as the photo does; in Graph some come late or never.
 * https://github.com/microsoftgraph/microsoft-graph-docs/issues/2319
 */

import type { Framing } from './rendition.ts'

/**
 * "The supported sizes of HD photos on Microsoft 365 are as follows: 48x48, 64x64, 96x96, 120x120,
 * 240x240, 360x360, 432x432, 504x504, and 648x648."
 * https://learn.microsoft.com/en-us/graph/api/profilephoto-get
 */
export const sizeTable = [48, 64, 96, 120, 240, 360, 432, 504, 648] as const

/** Pixels; an upload must reach it on both sides. https://github.com/microsoftgraph/microsoft-graph-docs/issues/17475 */
export const smallestSide: number = sizeTable[0]

/** Pixels; the photo without a size is never larger. */
export const largestSide: number = sizeTable[sizeTable.length - 1] ?? smallestSide

const largestFirst: readonly number[] = [...sizeTable].reverse()

/** The sides of the table that a square of `side` pixels can be reduced to, largest first. */
export function sizesThatFit(side: number): readonly number[] {
  return largestFirst.filter(size => size <= side)
}

/** A square of the table; for a photo that keeps its aspect ratio the longer side counts. */
export function isNamedSize(width: number, height: number, framing: Framing): boolean {
  if (framing === 'square' && width !== height) return false
  return largestFirst.includes(Math.max(width, height))
}

export function photoSide(width: number, height: number): number {
  return Math.min(width, height, largestSide)
}

/**
 * Every side that is rendered for a square photo of `side` pixels, largest first: the photo itself, then
 * the table. 648 pixels is both.
 */
export function sidesToRender(side: number): readonly number[] {
  return [side, ...sizesThatFit(side).filter(size => size < side)]
}
