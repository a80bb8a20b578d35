/**
 * Draws a friendly invented face: the seed chooses what the wishes leave open, and the same seed always
 * gives the same picture. It knows no people and no directory.
 */
import { type Canvas, type Colour, createCanvas, encodeJpeg } from './canvas.ts'
import { type Choices, chooserFor, pick } from './chance.ts'
import { type Face, type Hair, type Palette, paintPortrait } from './portrait.ts'

const backgrounds: Choices<Colour> = [
  [250, 217, 188],
  [247, 226, 172],
  [206, 227, 206],
  [198, 222, 233],
  [225, 211, 233],
  [246, 208, 206],
  [233, 223, 207],
]
const skins: Choices<Colour> = [
  [252, 225, 207],
  [246, 210, 183],
  [238, 194, 160],
  [222, 172, 132],
  [196, 141, 101],
  [163, 110, 76],
  [128, 83, 58],
  [99, 63, 46],
]
const tints: Choices<Colour> = [
  [40, 34, 38],
  [68, 47, 40],
  [108, 72, 52],
  [152, 80, 50],
  [216, 174, 108],
  [150, 148, 150],
  [228, 226, 222],
]
const cloths: Choices<Colour> = [
  [62, 98, 136],
  [42, 116, 114],
  [184, 84, 70],
  [216, 152, 68],
  [118, 86, 138],
  [78, 124, 84],
  [70, 76, 94],
  [194, 102, 128],
]
/** A seed alone never draws a headscarf or a turban: faith is a choice of people. */
const chanceHair: Choices<Hair> = [
  'short',
  'parted',
  'bob',
  'long',
  'wavy',
  'bun',
  'curly',
  'afro',
  'shaved',
]

/** A square JPEG of `side` pixels. */
export const drawFace = (
  seed: string,
  side: number,
  wishes: Partial<Face> = {},
): Promise<Uint8Array> => encodeJpeg(paintFace(seed, side, wishes))

export const paintFace = (seed: string, side: number, wishes: Partial<Face> = {}): Canvas => {
  const choose = chooserFor(seed)
  const canvas = createCanvas(side, pick(backgrounds, choose))
  const face = { ...faceBy(choose), ...wishes }
  paintPortrait(canvas, face, paletteFor(face, choose))
  return canvas
}

const faceBy = (choose: () => number): Face => ({
  hair: pick(chanceHair, choose),
  skin: Math.floor(choose() * skins.length),
  tint: Math.floor(choose() * 5),
  beard: 'none',
  glasses: choose() < 0.25,
})

const paletteFor = (face: Face, choose: () => number): Palette => {
  const skin = skins[face.skin] ?? skins[0]
  const tint = tints[face.tint] ?? tints[0]
  const cloth = pick(cloths, choose)
  return {
    skin,
    shade: blend(skin, [112, 48, 38], 0.22),
    blush: blend(skin, [228, 92, 84], 0.5),
    hair: tint,
    brow: blend(tint, [60, 44, 42], 0.45),
    cloth,
    clothShade: blend(cloth, [40, 30, 40], 0.24),
    scarf: blend(cloth, [250, 238, 224], 0.5),
    scarfShade: blend(cloth, [200, 180, 170], 0.35),
    collar: pick(['round', 'open', 'shirt', 'jacket'], choose),
    grin: choose(),
  }
}

const blend = (a: Colour, b: Colour, share: number): Colour => [
  Math.round(a[0] + (b[0] - a[0]) * share),
  Math.round(a[1] + (b[1] - a[1]) * share),
  Math.round(a[2] + (b[2] - a[2]) * share),
]
