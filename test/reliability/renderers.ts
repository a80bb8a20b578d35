/**
 * The most expensive pictures, and renderers that are killed, while other clients set their photos: no other client is
 * refused, and no photo is lost or torn.
 */
import { randomInt } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import sharp from 'sharp'
import { findFreePort } from '../support/free-port.ts'
import { jpegOfScans } from '../support/pictures.ts'
import { childrenOf, hasProc } from '../support/processes.ts'
import { startTestIssuer } from '../support/test-issuer.ts'
import { inFolder, type Running } from '../support/visage.ts'
import { createClient } from './client.ts'
import { originAt, serve } from './embedded.ts'
import type { Fault, Outcome, Say } from './fault.ts'
import { type Ledger, openLedger } from './ledger.ts'
import { type Load, startLoad } from './load.ts'
import { isError, judgeLog } from './logs.ts'
import { type Person, signIn } from './people.ts'

const deployment = 'SQLite + folder'

export const renderersKilled: Fault = {
  name: 'renderers-killed',
  title: 'Renderers killed (SIGKILL) one after the other',
  deployment,
  means:
    'One of the processes that render pictures is killed at a random moment, uploads under way, and the next one when an upload has been acknowledged since. The picture that it was at is rendered by another; nobody is refused.',
  rounds: { full: 60, quick: 6 },
  whyNot: () => (hasProc ? undefined : 'needs /proc'),
  run: (rounds, say) => during(rounds, say, killRenderers),
}

export const heavyPictures: Fault = {
  name: 'heavy-pictures',
  title: 'Three pictures at once that cost as much as they can',
  deployment,
  means:
    'Three strangers send 16-bit interlaced PNGs of 5,700 x 5,700 pixels at once, and a JPEG of 3.6 MB whose scans pass over its pixels 85 times behind a comment that holds an end marker. The PNGs wait for memory and are taken, the JPEG is refused with 400, and nobody else is refused.',
  rounds: { full: 6, quick: 1 },
  run: (rounds, say) => during(rounds, say, sendHeavyPictures),
}

type Scene = Readonly<{
  visage: Running
  load: Load
  ledger: Ledger
  origin: string
  strangers: readonly Person[]
}>

async function during(
  rounds: number,
  say: Say,
  round: (scene: Scene) => Promise<void>,
): Promise<Outcome> {
  await using issuer = await startTestIssuer()
  const everybody = signIn(issuer, 10)
  const ledger = openLedger(everybody.slice(0, 6))
  const recoveryMs: number[] = []
  await inFolder(async cwd => {
    const port = await findFreePort()
    const origins = [originAt(port)]
    const visage = await serve({ cwd, issuer, port })
    const load = startLoad({
      origins,
      ledger,
      cuts: 'never',
      refusals: 'never',
      timeoutMs: 60_000,
    })
    await load.recovered()
    for (let at = 1; at <= rounds; at += 1) {
      await round({ visage, load, ledger, origin: originAt(port), strangers: everybody.slice(6) })
      recoveryMs.push(await load.recovered())
      if (at % 10 === 0) say(`${at} of ${rounds}`)
    }
    await load.stop()
    const client = createClient()
    await ledger.check(client, origins)
    client.close()
    await visage.stop()
    judgeLog(ledger, visage.stderr(), isError)
  })
  return ledger.outcome(recoveryMs)
}

async function killRenderers({ visage }: Scene): Promise<void> {
  await delay(randomInt(250))
  const renderers = childrenOf(visage.pid)
  const renderer = renderers[randomInt(Math.max(1, renderers.length))]
  if (renderer !== undefined) process.kill(renderer, 'SIGKILL')
}

const side = 5700

async function sendHeavyPictures({ origin, strangers, ledger }: Scene): Promise<void> {
  const client = createClient(120_000)
  const [last, ...others] = strangers
  const send = async (person: Person | undefined, body: Uint8Array, expected: number) => {
    const url = `${origin}/v1.0/me/photo/$value`
    const reaction = await client.ask({ method: 'PUT', url, token: person?.token ?? '', body })
    const status = reaction.kind === 'answer' ? reaction.status : reaction.kind
    if (status !== expected) ledger.count('wrongStatus', `a heavy picture got ${status}`)
  }
  const comment = Buffer.concat([Buffer.from([255, 0xd9]), Buffer.alloc(60_000, randomInt(256))])
  const scans = await jpegOfScans({ side: 6000, scans: 80, comment, comments: 60 })
  const png = await heaviestPng()
  // Bytes after the end make it another upload: the same one again would be recognised.
  const pngs = others.map(({ name }) => Buffer.concat([png, Buffer.from(`${name} ${Date.now()}`)]))
  await Promise.all([send(last, scans, 400), ...pngs.map((png, at) => send(others[at], png, 200))])
  client.close()
}

let drawn: Promise<Buffer> | undefined

/** Once: drawing it takes seconds. */
function heaviestPng(): Promise<Buffer> {
  drawn ??= drawPng()
  return drawn
}

async function drawPng(): Promise<Buffer> {
  const background = { r: 40, g: 90, b: 140 }
  return await sharp({ create: { width: side, height: side, channels: 3, background } })
    .toColourspace('rgb16')
    .png({ progressive: true, compressionLevel: 9 })
    .toBuffer()
}
