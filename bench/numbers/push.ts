/**
 * `visage push`: photos per second, each kept, sent, read back and in the journal, over bare PUTs of the same prepared
 * pictures to the same server; and the memory of push and its decoders over a folder of many files.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { linkSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { prepare } from '../../src/push/prepare.ts'
import { portraitJpeg } from '../../test/support/pictures.ts'
import { canWatch, watchMemory } from '../memory-watch.ts'
import { phoneJpeg } from '../pictures.ts'
import { expect, userAt } from '../population.ts'
import { at } from '../processors.ts'
import { compare } from '../rounds.ts'
import type { Stage } from '../stage.ts'
import { notMeasured, type Row } from '../table.ts'
import { createUploader } from '../upload.ts'
import { startVisage } from '../visage.ts'

const visage = join(import.meta.dirname, '../../src/main.js')
/** Different ones; each is many people's. */
const pictures = 50
/** Of one side of a round. */
const mostPerRound = 200
/** Of the many files, one in so many is from a phone: decoding it takes most memory. The others are small, and soon sent. */
const everyPhone = 100
const limitMegabytes = 300
const preparing = { crop: 'centre', maxBytes: 4_000_000 } as const

/** The people from `first` on. Each gets one photo in the whole run, so both sides do the same: add it. */
type Part = Readonly<{ first: number; count: number }>

export async function push(stage: Stage): Promise<Row[]> {
  const { rounds, pushPhotos } = stage.plan
  const perRound = Math.min(pushPhotos, mostPerRound)
  const people = pushPhotos + 2 * (rounds + 1) * perRound
  const population = await stage.populate('pushed', people, 'without photos')
  const server = await startVisage(population.data, stage.issuer)
  stage.defer(server.child.stop)
  let first = 0
  const next = (count: number): Part => {
    first += count
    return { first: first - count, count }
  }
  const { portraits, prepared } = await makePortraits(stage)
  const compared = await compare(
    '1/s',
    async () => (await pushOnce(stage, server.origin, portraits, next(perRound))).perSecond,
    () => putBare(stage, server.origin, prepared, next(perRound)),
    rounds,
  )
  const rate: Row = {
    what: `photos per second, push of ${perRound} photos`,
    floor: 'bare PUTs of the same prepared pictures, as many as the server takes',
    ...compared,
    target: { atLeast: 0.9 },
    note: 'each also read before and after',
  }
  return [rate, await measureMemory(stage, server.origin, next(pushPhotos))]
}

async function measureMemory(stage: Stage, origin: string, part: Part): Promise<Row> {
  const what = `peak resident memory of push and its decoders, ${part.count.toLocaleString('en')} files`
  const floor = `${limitMegabytes} MB`
  if (!canWatch) return notMeasured(what, floor, 'there is no /proc here')
  const { megabytes } = await pushOnce(stage, origin, await makeMixture(stage), part)
  return { what, floor, ratio: megabytes / limitMegabytes, target: { atMost: 1 } }
}

type Portraits = Readonly<{ portraits: readonly string[]; prepared: readonly Uint8Array[] }>

async function makePortraits(stage: Stage): Promise<Portraits> {
  const portraits: string[] = []
  const prepared: Uint8Array[] = []
  for (let seed = 0; seed < pictures; seed++) {
    const jpeg = await portraitJpeg({ width: 900, height: 1200, seed, grain: 8 })
    const file = join(stage.folder, `push-portrait-${seed}.jpg`)
    writeFileSync(file, jpeg)
    portraits.push(file)
    prepared.push((await prepare(file, preparing)).jpeg)
  }
  return { portraits, prepared }
}

async function makeMixture(stage: Stage): Promise<readonly string[]> {
  const files: string[] = []
  for (let seed = 0; seed < everyPhone; seed++) {
    const jpeg =
      seed === 0 ? await phoneJpeg() : await portraitJpeg({ width: 64, height: 84, seed })
    const file = join(stage.folder, `push-mixture-${seed}.jpg`)
    writeFileSync(file, jpeg)
    files.push(file)
  }
  return files
}

type Pushed = Readonly<{ perSecond: number; megabytes: number }>

async function pushOnce(
  stage: Stage,
  origin: string,
  sources: readonly string[],
  part: Part,
): Promise<Pushed> {
  const folder = join(stage.folder, 'push-photos')
  const journal = join(stage.folder, 'push-journal')
  const token = join(stage.folder, 'push-token')
  makeFolder(folder, sources, part)
  writeFileSync(token, stage.issuer.pusher())
  const flags = ['--to', origin, '--token-file', token, '--match', 'id', '--journal', journal]
  try {
    const { text, megabytes } = await run(['push', folder, ...flags, '--yes'])
    const [, photos, seconds] = /^([\d,]+) photos set, in ([\d.]+) s\./m.exec(text) ?? []
    if (photos !== part.count.toLocaleString('en')) throw new Error(`push did not set all: ${text}`)
    return { perSecond: part.count / Number(seconds), megabytes }
  } finally {
    for (const each of [folder, journal]) rmSync(each, { recursive: true, force: true })
  }
}

function makeFolder(folder: string, sources: readonly string[], { first, count }: Part): void {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  for (let index = first; index < first + count; index++) {
    linkSync(expect(sources[index % sources.length]), join(folder, `${userAt(index).id}.jpg`))
  }
}

async function run(
  args: readonly string[],
): Promise<Readonly<{ text: string; megabytes: number }>> {
  const command = at('load', { file: process.execPath, args: [visage, ...args] })
  const child = spawn(command.file, command.args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const watch = watchMemory(child.pid ?? 0)
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk
  })
  const [code] = await once(child, 'close')
  const { peak: megabytes } = watch.take()
  watch.stop()
  if (code !== 0) throw new Error(`push ended with ${code}: ${text}`)
  return { text, megabytes }
}

/** They keep the processor of the server busy: eight or sixteen get no more photos in. */
const lanes = [1, 2, 3, 4]

/** Photos per second. */
async function putBare(
  { issuer }: Stage,
  origin: string,
  prepared: readonly Uint8Array[],
  { first, count }: Part,
): Promise<number> {
  const uploader = createUploader(origin, issuer.writer())
  let next = first
  const putInTurn = async () => {
    for (let index = next++; index < first + count; index = next++) {
      const jpeg = expect(prepared[index % prepared.length])
      const { status, body } = await uploader.put(userAt(index).id, jpeg)
      if (status !== 200) throw new Error(`PUT answered ${status}: ${body}`)
    }
  }
  const started = performance.now()
  await Promise.all(lanes.map(putInTurn))
  uploader.close()
  return count / ((performance.now() - started) / 1000)
}
