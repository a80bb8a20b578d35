/**
 * Draws a friendly invented face: the seed chooses what the caller leaves open, and the same seed always
 * gives the same picture.
 */
import { type Canvas, type Colour, coloursOf, createCanvas, encodeJpeg } from './canvas.ts'
import { type Choices, chooserFor, pick } from './chance.ts'
import { type Face, type Hair, type Palette, paintPortrait } from './portrait.ts'

const backgrounds = coloursOf('fad9bc f7e2ac cee3ce c6dee9 e1d3e9 f6d0ce e9dfcf')
const skins = coloursOf('fce1cf f6d2b7 eec2a0 deac84 c48d65 a36e4c 80533a 633f2e')
const tints = coloursOf('282226 442f28 6c4834 985032 d8ae6c 969496 e4e2de')
const cloths = coloursOf('3e6288 2a7472 b85446 d89844 76568a 4e7c54 464c5e c26680')
/** A seed never chooses a headscarf or a turban, because faith is a choice of people. */
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
