/**
 * Paints head, hair and shoulders of a described face, back to front. It decides the positions on the 100
 * by 100 field; faces.ts chooses colours.
 */
import type { Canvas, Colour, Outline } from './canvas.ts'
import { ellipse, hole, loop, mirror, mirroredLoop, polygon, ribbon } from './outlines.ts'

export type Hair =
  | 'short'
  | 'parted'
  | 'bob'
  | 'long'
  | 'wavy'
  | 'bun'
  | 'curly'
  | 'afro'
  | 'receding'
  | 'shaved'
  | 'bald'
  | 'headscarf'
  | 'turban'

export type Face = Readonly<{
  hair: Hair
  /** Skin tone: 0 light to 7 dark. */
  skin: number
  /** Hair colour: 0 black, 1 dark brown, 2 brown, 3 auburn, 4 fair, 5 grey, 6 white. */
  tint: number
  beard: 'none' | 'full' | 'moustache'
  glasses: boolean
}>

export type Palette = Readonly<{
  skin: Colour
  shade: Colour
  blush: Colour
  hair: Colour
  brow: Colour
  cloth: Colour
  clothShade: Colour
  scarf: Colour
  scarfShade: Colour
  collar: 'round' | 'open' | 'shirt' | 'jacket'
  /** Below 0.5 a closed smile, above an open one. */
  grin: number
}>

const white: Colour = [255, 255, 255]
const ink: Colour = [46, 36, 40]
const lip: Colour = [172, 76, 78]

export const paintPortrait = (canvas: Canvas, face: Face, palette: Palette) => {
  canvas.fill([ellipse(50, 48, 42)], white, 0.3)
  paintHairBehind(canvas, face.hair, palette)
  paintShoulders(canvas, palette)
  paintHead(canvas, face.hair, palette)
  if (face.beard === 'full') paintBeard(canvas, palette)
  paintEyes(canvas, palette)
  paintMouth(canvas, face, palette)
  paintHairBefore(canvas, face.hair, palette)
  if (face.glasses) paintGlasses(canvas)
}

const head = mirroredLoop(
  [50, 23],
  [60, 25.5],
  [66.6, 35],
  [67.2, 46],
  [64.2, 57],
  [57, 65.4],
  [50, 67.6],
)
const shoulders = mirroredLoop(
  [50, 74],
  [60, 75],
  [72, 79.5],
  [82, 86],
  [88, 98],
  [90, 112],
  [50, 116],
)
const cap = loop(
  [31.6, 48],
  [30.4, 37],
  [36, 23.5],
  [50, 17.4],
  [64, 23.5],
  [69.6, 37],
  [68.4, 48],
  [66.4, 40],
  [61, 33.6],
  [50, 31.6],
  [39, 33.6],
  [33.6, 40],
)
const stubbleCap = loop(
  [33, 43],
  [33.2, 36],
  [40, 25.6],
  [50, 22.8],
  [60, 25.6],
  [66.8, 36],
  [67, 43],
  [64.6, 37.4],
  [59, 33],
  [50, 31.8],
  [41, 33],
  [35.4, 37.4],
)
const sweptFringe = loop(
  [31.4, 50],
  [30.2, 37],
  [35, 23],
  [48, 16.4],
  [62, 19.6],
  [69.4, 32],
  [68.8, 50],
  [66.6, 42],
  [63, 34.6],
  [54, 34.4],
  [44, 30.4],
  [37.6, 36.6],
  [33.4, 42],
)
const middleParting = loop(
  [30.6, 54],
  [30, 38],
  [36, 23],
  [50, 17.4],
  [64, 23],
  [70, 38],
  [69.4, 54],
  [66.4, 44],
  [60, 34],
  [50, 25.4],
  [40, 34],
  [33.6, 44],
)
const straightFringe = loop(
  [30.6, 54],
  [30, 37],
  [36, 23],
  [50, 17],
  [64, 23],
  [70, 37],
  [69.4, 54],
  [66.8, 46],
  [65.4, 38.4],
  [58, 36.6],
  [50, 37.4],
  [42, 36.6],
  [34.6, 38.4],
  [33.2, 46],
)
const bobBehind = mirroredLoop(
  [50, 16],
  [64, 20],
  [72.5, 34],
  [74, 52],
  [71.5, 66],
  [63, 70],
  [50, 70],
)
const longBehind = mirroredLoop(
  [50, 16],
  [64, 20],
  [72.4, 34],
  [74, 54],
  [76, 74],
  [74, 90],
  [62, 94],
  [50, 92],
)
const beard = mirroredLoop(
  [50, 56.2],
  [57, 55],
  [62, 53.4],
  [67, 46.4],
  [66, 56],
  [61.6, 65],
  [55.6, 70.2],
  [50, 71.4],
)

const paintHairBehind = (canvas: Canvas, hair: Hair, { hair: tint, scarf }: Palette) => {
  const behind: Partial<Record<Hair, readonly Outline[]>> = {
    bob: [bobBehind],
    long: [longBehind],
    wavy: wavesBehind,
    bun: [ellipse(50, 14.5, 9, 8.2)],
    curly: curlsBehind,
    afro: [ellipse(50, 37, 27, 26)],
  }
  for (const outline of behind[hair] ?? []) canvas.fill([outline], tint)
  if (hair === 'headscarf') canvas.fill([scarfBehind], scarf)
}

const wavesBehind: readonly Outline[] = [
  bobBehind,
  ...[
    [31, 62, 8],
    [28, 72, 8.4],
    [31, 82, 8],
    [36, 88, 7],
  ].flatMap(([x = 0, y = 0, r = 0]) => [ellipse(x, y, r), ellipse(100 - x, y, r)]),
]

const curlsBehind: readonly Outline[] = [
  [29, 47, 7],
  [28, 36, 8],
  [33, 25, 8.6],
  [42, 18.6, 8.6],
  [50, 17, 8.6],
].flatMap(([x = 0, y = 0, r = 0]) => [ellipse(x, y, r), ellipse(100 - x, y, r)])

const scarfBehind = mirroredLoop(
  [50, 15],
  [65, 19.4],
  [73, 34],
  [73.4, 52],
  [71, 66],
  [76, 80],
  [50, 90],
)

const paintShoulders = (canvas: Canvas, palette: Palette) => {
  canvas.fill([shoulders], palette.cloth)
  const neckline = palette.collar === 'open' ? 88 : palette.collar === 'shirt' ? 85 : 81
  if (palette.collar === 'jacket') paintJacket(canvas, palette)
  canvas.fill(
    [
      mirroredLoop(
        [50, 58],
        [57.6, 60],
        [58, 72],
        [60.5, 76],
        [55.4, (76 + neckline) / 2 + 1],
        [50, neckline],
      ),
    ],
    palette.skin,
  )
  canvas.fill(
    [mirroredLoop([50, 58], [57.6, 60], [57.9, 68], [55, 71.4], [50, 72.8])],
    palette.shade,
  )
  if (palette.collar === 'shirt') paintCollar(canvas, palette)
}

const paintJacket = (canvas: Canvas, { clothShade }: Palette) => {
  canvas.fill([polygon([38, 74], [62, 74], [54, 104], [46, 104])], white, 0.92)
  const lapel = polygon(
    [58, 73.6],
    [63.4, 76],
    [67, 88],
    [61.4, 89.4],
    [63, 92],
    [52.6, 106],
    [50.6, 101],
  )
  canvas.fill([lapel], clothShade)
  canvas.fill([mirror(lapel)], clothShade)
}

const paintCollar = (canvas: Canvas, { clothShade }: Palette) => {
  const wing = polygon([59, 72.6], [63.4, 76.6], [58.4, 87.6], [50, 82.6], [56.6, 78.6])
  canvas.fill([wing], clothShade)
  canvas.fill([mirror(wing)], clothShade)
  canvas.fill([ellipse(50, 90.4, 0.9), ellipse(50, 97, 0.9)], clothShade)
}

const paintHead = (canvas: Canvas, hair: Hair, palette: Palette) => {
  const ear = ellipse(67.4, 48, 3.7, 5)
  for (const outline of [ear, mirror(ear)]) canvas.fill([outline], palette.skin)
  for (const x of [32.2, 67.8]) canvas.fill([ellipse(x, 48.4, 1.7, 2.9)], palette.shade, 0.7)
  canvas.fill([head], palette.skin)
  if (hair === 'shaved') canvas.fill([stubbleCap], palette.hair, 0.78)
  for (const x of [38.6, 61.4]) canvas.fill([ellipse(x, 53.6, 4.4, 3.2)], palette.blush, 0.34)
}

const paintBeard = (canvas: Canvas, { hair }: Palette) => canvas.fill([beard], hair)

const paintEyes = (canvas: Canvas, { brow, shade }: Palette) => {
  for (const x of [42.6, 57.4]) {
    canvas.fill([ellipse(x, 46.4, 1.9, 2.3)], ink)
    canvas.fill([ellipse(x + 0.7, 45.6, 0.6)], white, 0.9)
  }
  const raised = ribbon([38.6, 41.6], [42.4, 39.6], [46.2, 41.2], 1.5)
  for (const outline of [raised, mirror(raised)]) canvas.fill([outline], brow)
  canvas.fill([loop([50.4, 47.4], [52.4, 53.2], [49.2, 54], [48.6, 53], [50.6, 52.6])], shade, 0.9)
}

const paintMouth = (canvas: Canvas, { beard: worn }: Face, palette: Palette) => {
  if (worn !== 'none') {
    const half = loop([50, 55.4], [55, 55.4], [59, 58.6], [54.6, 58.4], [50, 57.8])
    for (const outline of [half, mirror(half)]) canvas.fill([outline], palette.hair)
  }
  if (palette.grin < 0.5) {
    canvas.fill([loop([43.4, 58], [50, 61], [56.6, 58], [55.4, 60.6], [50, 63], [44.6, 60.6])], lip)
    return
  }
  canvas.fill([loop([43, 57.8], [50, 59], [57, 57.8], [54.8, 62], [50, 63.8], [45.2, 62])], lip)
  canvas.fill(
    [loop([44.6, 58.6], [50, 59.4], [55.4, 58.6], [53.6, 60.6], [50, 61.2], [46.4, 60.6])],
    white,
    0.95,
  )
}

const paintHairBefore = (canvas: Canvas, hair: Hair, palette: Palette) => {
  const before: Partial<Record<Hair, readonly Outline[]>> = {
    short: [cap],
    parted: [sweptFringe],
    bob: [straightFringe],
    long: [middleParting],
    wavy: [sweptFringe],
    bun: [cap],
    curly: curlsBefore,
    afro: [
      loop(
        [31, 48],
        [28, 36],
        [36, 22],
        [50, 17],
        [64, 22],
        [72, 36],
        [69, 48],
        [66.6, 38],
        [60, 33],
        [50, 32],
        [40, 33],
        [33.4, 38],
      ),
    ],
    receding: receding,
  }
  for (const outline of before[hair] ?? []) canvas.fill([outline], palette.hair)
  if (hair === 'headscarf') paintScarf(canvas, palette)
  if (hair === 'turban') paintTurban(canvas, palette)
}

const curlsBefore: readonly Outline[] = [
  cap,
  ...[
    [34.4, 35, 4.6],
    [38.6, 30, 5],
    [44.6, 28, 5],
    [50, 28.6, 4.6],
  ].flatMap(([x = 0, y = 0, r = 0]) => [ellipse(x, y, r), ellipse(100 - x, y, r)]),
]

const recedingSide = loop([68.6, 50], [70, 42], [69, 33.6], [65.4, 28], [65, 34], [66.4, 42])
const receding: readonly Outline[] = [recedingSide, mirror(recedingSide)]

const paintScarf = (canvas: Canvas, { scarf, scarfShade }: Palette) => {
  canvas.fill([scarfBehind, hole(50, 48.4, 15.6, 19.6)], scarf)
  canvas.fill(
    [
      loop(
        [33, 60],
        [40, 68],
        [50, 71.4],
        [62, 67.6],
        [67, 60],
        [72, 70],
        [64, 79],
        [52, 83],
        [38, 80],
        [30, 72],
      ),
    ],
    scarf,
  )
  canvas.fill([ribbon([31, 66], [48, 78.6], [68, 69], 1.3)], scarfShade, 0.8)
  canvas.fill([ribbon([36, 28], [50, 22.4], [64, 28], 1)], scarfShade, 0.6)
}

const paintTurban = (canvas: Canvas, { scarf, scarfShade }: Palette) => {
  canvas.fill(
    [mirroredLoop([50, 9], [62, 12], [71.6, 22], [72, 36], [68, 41.4], [60, 35.4], [50, 30])],
    scarf,
  )
  canvas.fill([ribbon([29.4, 36], [42, 25], [50, 30], 1.2)], scarfShade, 0.8)
  canvas.fill([ribbon([70.6, 36], [58, 25], [50, 30], 1.2)], scarfShade, 0.8)
  canvas.fill([ribbon([29.6, 27], [43, 16.6], [56, 19], 1.2)], scarfShade, 0.8)
  canvas.fill([ribbon([70.6, 27], [60, 18], [47, 15.6], 1.2)], scarfShade, 0.8)
}

const paintGlasses = (canvas: Canvas) => {
  for (const x of [42, 58])
    canvas.fill([ellipse(x, 46.6, 6.6, 6), hole(x, 46.6, 5.7, 5.1)], ink, 0.9)
  canvas.fill([ribbon([48.2, 46], [50, 44.6], [51.8, 46], 0.9)], ink, 0.9)
  canvas.fill([polygon([64.4, 45], [67.6, 44.4], [67.6, 45.4], [64.4, 46.2])], ink, 0.9)
  canvas.fill([polygon([35.6, 45], [32.4, 44.4], [32.4, 45.4], [35.6, 46.2])], ink, 0.9)
}
