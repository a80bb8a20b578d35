/**
 * The bodies that scenarios send, by name. Each is made once per process: making them costs more
 * than sending them.
 */
import sharp from 'sharp'
import { writeAvif } from '../support/avif-files.ts'
import * as made from '../support/pictures.ts'

const limit = 4 * 1024 * 1024

const makers = {
  'a portrait': () => made.portraitJpeg({ width: 100, height: 130 }),
  'another portrait': () => made.portraitJpeg({ width: 100, height: 130, seed: 5 }),
  'a third portrait': () => made.portraitJpeg({ width: 100, height: 130, seed: 9 }),
  'a large portrait': () => made.portraitJpeg({ width: 700, height: 900 }),
  'a phone picture': () => made.portraitJpeg({ width: 2400, height: 3200, grain: 4 }),
  'a landscape': () => made.portraitJpeg({ width: 900, height: 600, seed: 3 }),
  'a square of 504': () => made.portraitJpeg({ width: 504, height: 504 }),
  'a square of 256': () => made.portraitJpeg({ width: 256, height: 256 }),
  'a square of 100': () => made.portraitJpeg({ width: 100, height: 100 }),
  'a square of 48': () => made.portraitJpeg({ width: 48, height: 48 }),
  'a portrait of 309 x 231': () => made.portraitJpeg({ width: 309, height: 231, seed: 4 }),
  'a progressive JPEG': () => made.portraitJpeg({ width: 300, height: 300, progressive: true }),
  'a JPEG of 300': () => made.portraitJpeg({ width: 300, height: 300 }),
  'a PNG': () => made.portraitPng({ width: 300, height: 300 }),
  'a GIF': () => made.portraitGif({ width: 300, height: 300 }),
  'an animated GIF': () => made.animation('gif', { width: 300, height: 300 }),
  'a WebP': () => made.portraitWebp({ width: 300, height: 300 }),
  'an AVIF': () => made.portraitAvif({ width: 300, height: 300 }),
  'a TIFF': () => made.portraitTiff({ width: 300, height: 300 }),
  'a JPEG that tells its place': () =>
    made.portraitJpeg({ width: 300, height: 300, seed: 6, exif: true }),
  'an upright picture': () => made.portraitJpeg({ width: 300, height: 400, seed: 7 }),
  'a picture turned by EXIF 2': () => turned(2),
  'a picture turned by EXIF 3': () => turned(3),
  'a picture turned by EXIF 4': () => turned(4),
  'a picture turned by EXIF 5': () => turned(5),
  'a picture turned by EXIF 6': () => turned(6),
  'a picture turned by EXIF 7': () => turned(7),
  'a picture turned by EXIF 8': () => turned(8),
  'CMYK patches': () => made.colourPatches('cmyk-jpeg'),
  'Display P3 patches': () => made.colourPatches('p3-jpeg'),
  'a transparent PNG': () => made.transparentPng(200),
  'exactly 4 MiB': () => made.jpegOfExactly(limit),
  '4 MiB and a byte': () => made.jpegOfExactly(limit + 1),
  'a bomb of 30,000 x 30,000': async () => made.hugePng(),
  '8 MiB of zeros': async () => Buffer.alloc(8 * 1024 * 1024),
  'a JPEG cut in half': async () =>
    made.cutOff(await made.portraitJpeg({ width: 300, height: 300 }), 0.5),
  'a JPEG without its end marker': async () =>
    (await made.portraitJpeg({ width: 300, height: 300 })).subarray(0, -2),
  'an animated AVIF': async () => {
    const size = { width: 300, height: 300 }
    const frames = [await made.portraitAvif(size), await made.portraitAvif({ ...size, seed: 5 })]
    return writeAvif({ frames, ...size, kind: 'both' })
  },
  'an AVIF in Display P3': async () => {
    const size = { width: 96, height: 96 }
    const create = { ...size, channels: 3, background: { r: 200, g: 80, b: 80 } } as const
    const frames = [await sharp({ create }).avif({ effort: 0, quality: 100 }).toBuffer()]
    return writeAvif({ frames, ...size, nclx: [12, 13] })
  },
  'a red GIF on a larger canvas': () => redOnCanvas(60, 120),
  'a PNG cut in half': async () =>
    made.cutOff(await made.portraitPng({ width: 300, height: 300 }), 0.5),
  'a picture of 1 x 1': () => flat(1, 1),
  'a picture of 47 x 400': () => flat(47, 400),
  'a picture of 400 x 47': () => flat(400, 47),
  'base64 text': async () => made.base64Text(await made.portraitJpeg({ width: 300, height: 300 })),
  'a data URL': async () => made.dataUrl(await made.portraitJpeg({ width: 300, height: 300 })),
  'random bytes': async () => Buffer.from('000102030405060708ff'.repeat(40), 'hex'),
  'an SVG': async () => notPhoto('SVG'),
  'an HTML page': async () => notPhoto('HTML'),
  text: async () => notPhoto('text'),
  JSON: async () => notPhoto('JSON'),
  'a PDF': async () => notPhoto('PDF'),
  'a HEIC': async () => notPhoto('HEIC'),
  nothing: async () => Buffer.alloc(0),
} as const satisfies Record<string, () => Promise<Buffer>>

export type PictureName = keyof typeof makers

const kept = new Map<PictureName, Promise<Buffer>>()

export function make(name: PictureName): Promise<Buffer> {
  const made = kept.get(name) ?? makers[name]()
  kept.set(name, made)
  return made
}

/** Stored as a camera in this orientation does; upright it is 'an upright picture'. */
function turned(orientation: made.Orientation): Promise<Buffer> {
  return made.portraitJpeg({ width: 300, height: 400, seed: 7, orientation })
}

/** The frame is smaller than the canvas. */
async function redOnCanvas(side: number, canvas: number): Promise<Buffer> {
  const create = { width: side, height: side, channels: 3, background: '#ff0000' } as const
  const gif = await sharp({ create }).gif().toBuffer()
  gif.writeUInt16LE(canvas, 6)
  gif.writeUInt16LE(canvas, 8)
  return made.withoutTransparency(gif)
}

function flat(width: number, height: number): Promise<Buffer> {
  const create = { width, height, channels: 3, background: '#7f9fbf' } as const
  return sharp({ create }).jpeg().toBuffer()
}

function notPhoto(name: string): Buffer {
  const body = made.notPhotos[name]
  if (body === undefined) throw new RangeError(`there is no body called ${name}`)
  return body
}
