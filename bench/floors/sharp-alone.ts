/**
 * Floor: the renditions of one picture by sharp, and nothing else: decoded once, upright, in sRGB, on
 * white, cropped, then every size encoded from those pixels. As many at the same time as Visage would
 * run here. It shares no code with Visage.
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import sharp from 'sharp'
import { stamp } from '../stamp.ts'

/** Seconds and processor seconds that so many pictures took, and what the last one became. */
export type Rendered = Readonly<{ seconds: number; cpuSeconds: number; hashes: readonly string[] }>

const sides = [648, 504, 432, 360, 240, 120, 96, 64, 48]
const concurrency = Math.min(3, availableParallelism())

// The same settings as in Visage, so that the floor is not slower without them.
sharp.cache(false)
sharp.concurrency(1)
const picture = readFileSync(process.argv[2] ?? '')
let made = 0

// Nothing else keeps this process alive between two questions.
process.channel?.ref()
process.on('message', async (message: unknown) => {
  if (typeof message !== 'object' || message === null || !('count' in message)) return
  const { user, system } = process.cpuUsage()
  const startedAt = performance.now()
  let left = Number(message.count)
  let last: Buffer[] = []
  const renderInTurn = async () => {
    while (left-- > 0) last = await render(stamp(picture, `alone ${made++}`))
  }
  await Promise.all(Array.from({ length: concurrency }, renderInTurn))
  const seconds = (performance.now() - startedAt) / 1000
  const now = process.cpuUsage()
  const cpuSeconds = (now.user - user + now.system - system) / 1e6
  process.send?.({ seconds, cpuSeconds, hashes: last.map(hash) } satisfies Rendered)
})

async function render(jpeg: Buffer): Promise<Buffer[]> {
  const { data, info } = await sharp(jpeg, { sequentialRead: true })
    .autoOrient()
    .resize(648, 648, { fit: 'cover', position: 'centre' })
    .flatten({ background: '#ffffff' })
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true })
  const raw = { width: info.width, height: info.height, channels: 3 } as const
  const renditions: Buffer[] = []
  for (const side of sides) {
    const pixels = sharp(data, { raw })
    const reduced = side < info.width ? pixels.resize(side, side) : pixels
    renditions.push(await reduced.jpeg({ quality: 88 }).toBuffer())
  }
  return renditions
}

function hash(jpeg: Buffer): string {
  return createHash('sha256').update(jpeg).digest('hex')
}
