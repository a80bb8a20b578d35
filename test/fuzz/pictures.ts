/**
 * Bodies, made once and used thousands of times: pictures, bodies that look like one, and others. They are small,
 * because the fuzz tests answers and not pixels.
 */
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import {
  animation,
  base64Text,
  colourPatches,
  cutOff,
  dataUrl,
  hugePng,
  jpegOfScans,
  notPhotos,
  pngWithPackedComments,
  portraitAvif,
  portraitGif,
  portraitJpeg,
  portraitPng,
  portraitTiff,
  portraitWebp,
} from '../support/pictures.ts'

export type Bodies = Readonly<{
  /** Accepted as photos. */
  pictures: readonly Buffer[]
  /** Refused as photos, or accepted by chance. */
  strange: readonly Buffer[]
  /** Named by Content-Encoding. */
  packed: readonly Readonly<{ encoding: string; bytes: Buffer; isWhole: boolean }>[]
}>

export async function makeBodies(): Promise<Bodies> {
  const small = { width: 50, height: 60 }
  const jpeg = await portraitJpeg(small)
  const pictures = [
    jpeg,
    await portraitJpeg({ width: 70, height: 50, seed: 2 }),
    await portraitJpeg({ width: 130, height: 130, seed: 3, progressive: true }),
    await portraitJpeg({ ...small, orientation: 6, exif: true }),
    await portraitJpeg({ width: 660, height: 700, seed: 4, quality: 50 }),
    await portraitPng({ ...small, seed: 5 }),
    await portraitGif({ ...small, seed: 6 }),
    await portraitWebp({ ...small, seed: 7 }),
    await portraitAvif({ ...small, seed: 8 }),
    await animation('gif', small),
    await colourPatches('cmyk-jpeg', 50),
  ]
  const strange = [
    await portraitJpeg({ width: 47, height: 200 }),
    await portraitPng({ width: 200, height: 1 }),
    await portraitTiff(small),
    hugePng(),
    await jpegOfScans({ side: 64, scans: 300 }),
    await pngWithPackedComments(3),
    cutOff(jpeg, 0.5),
    cutOff(jpeg, 0.02),
    Buffer.concat([Buffer.from('junk'), jpeg]),
    Buffer.concat([jpeg, Buffer.alloc(5000, 0x41)]),
    base64Text(jpeg),
    dataUrl(jpeg),
    Buffer.alloc(4 * 1024 * 1024 + 1),
    Buffer.alloc(4 * 1024 * 1024, 0xff),
    Buffer.of(0),
    ...Object.values(notPhotos),
  ]
  return { pictures, strange, packed: packAll(jpeg) }
}

function packAll(jpeg: Buffer): Bodies['packed'] {
  const bomb = Buffer.alloc(48 * 1024 * 1024)
  const gzip = gzipSync(jpeg)
  const whole = (encoding: string, bytes: Buffer) => ({ encoding, bytes, isWhole: true })
  const broken = (encoding: string, bytes: Buffer) => ({ encoding, bytes, isWhole: false })
  return [
    whole('gzip', gzip),
    whole('X-GZIP', gzip),
    whole('deflate', deflateSync(jpeg)),
    whole('br', brotliCompressSync(jpeg)),
    broken('gzip', gzipSync(bomb)),
    broken('deflate', deflateSync(bomb)),
    broken('br', brotliCompressSync(bomb, { params: { 1: 1 } })),
    broken('gzip', gzipSync(gzipSync(bomb))),
    broken('gzip', cutOff(gzip, 0.7)),
    broken('br', cutOff(brotliCompressSync(jpeg), 0.7)),
    broken('gzip', jpeg),
    broken('deflate', jpeg),
    broken('br', jpeg),
    broken('gzip, gzip', gzip),
    broken('zstd', jpeg),
    broken('x'.repeat(300), jpeg),
    broken('gzip', Buffer.alloc(0)),
  ]
}
