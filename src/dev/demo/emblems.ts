/**
 * Draws the emblem of a group or team: nine tiles of plain shapes in a few colours, chosen by the seed.
 * The same seed always gives the same picture.
 */
import {
  type Canvas,
  type Colour,
  coloursOf,
  createCanvas,
  encodeJpeg,
  type Outline,
} from './canvas.ts'
import { type Choices, chooserFor, pick } from './chance.ts'
import { ellipse, polygon } from './outlines.ts'

type Scheme = Readonly<{ ground: Colour; marks: Choices<Colour> }>
type Tile = (x: number, y: number, size: number) => Outline

const schemes: Choices<Scheme> = [
  { ground: [250, 236, 216], marks: coloursOf('de6c52 3e6288 eeb660') },
  { ground: [228, 240, 236], marks: coloursOf('2a7472 f0966e 96c4b2') },
  { ground: [240, 232, 244], marks: coloursOf('76568a e88084 f6c882') },
]
const tiles: Choices<Tile> = [
  (x, y, size) => ellipse(x + size / 2, y + size / 2, size / 2),
  (x, y, size) => quarter(x, y, size, 0),
  (x, y, size) => quarter(x + size, y, size, 1),
  (x, y, size) => quarter(x + size, y + size, size, 2),
  (x, y, size) => quarter(x, y + size, size, 3),
  (x, y, size) => polygon([x, y], [x + size, y], [x, y + size]),
  (x, y, size) => polygon([x + size, y], [x + size, y + size], [x, y + size]),
]

/** A square JPEG of `side` pixels. */
export const drawEmblem = (seed: string, side: number): Promise<Uint8Array> =>
  encodeJpeg(paintEmblem(seed, side))

const paintEmblem = (seed: string, side: number): Canvas => {
  const choose = chooserFor(seed)
  const { ground, marks } = pick(schemes, choose)
  const canvas = createCanvas(side, ground)
  const [size, pitch] = [24.5, 26.75]
  for (const row of [0, 1, 2]) {
    for (const column of [0, 1, 2]) {
      const outline = pick(tiles, choose)(11 + column * pitch, 11 + row * pitch, size)
      canvas.fill([outline], pick(marks, choose))
    }
  }
  return canvas
}

/** A quarter of a disc around one corner of its tile; `turns` are clockwise, 0 opens right and down. */
const quarter = (x: number, y: number, radius: number, turns: number): Outline => {
  const arc = Array.from({ length: 17 }, (_, step) => {
    const angle = ((turns + step / 16) * Math.PI) / 2
    return { x: x + Math.cos(angle) * radius, y: y + Math.sin(angle) * radius }
  })
  return [{ x, y }, ...arc]
}
