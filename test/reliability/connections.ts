/**
 * Thousands of idle connections and hundreds of slow ones, while other clients are served: their answers stay correct
 * and in time, and no connection is left afterwards.
 */
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile } from 'node:fs/promises'
import type { Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { findFreePort } from '../support/free-port.ts'
import { closed } from '../support/sockets.ts'
import { startTestIssuer } from '../support/test-issuer.ts'
import { inFolder } from '../support/visage.ts'
import { createClient } from './client.ts'
import { originAt, serve } from './embedded.ts'
import type { Fault, Outcome, Say } from './fault.ts'
import { type Ledger, openLedger } from './ledger.ts'
import { type Load, startLoad } from './load.ts'
import { isError, judgeLog } from './logs.ts'
import { type Person, signIn } from './people.ts'
import { whileSomeRest } from './rests.ts'
import { readNothing, type Stall, sayNothing, sendInDrops, stopInHead } from './stalls.ts'
import { until } from './until.ts'

const idle = 5000
const slow = 500

export const connections: Fault = {
  name: 'connections',
  title: '5,000 idle and 500 slow connections',
  deployment: 'SQLite + folder',
  means:
    'Half of the idle ones have sent one request and stay open, half send none. A third of the slow ones stop in the middle of a head, a third send a body a few bytes at a time, a third send 400 requests and read no answer. Recovery begins when they end. Other clients must get answers within ten times the usual time, or a tenth of a second; it is measured twice more before it counts as missed. File descriptors and memory of the process are checked.',
  rounds: { full: 3, quick: 1 },
  whyNot: () => {
    const hard = spawnSync('sh', ['-c', 'ulimit -Hn'], { encoding: 'utf8' }).stdout?.trim() ?? ''
    // Node.js takes what the hard limit allows. Both ends are on this machine, in two processes.
    if (hard === 'unlimited' || Number(hard) >= idle + slow + 500) return undefined
    return `needs ${idle + slow + 500} open files for a process, and the limit is ${hard || 'not known'}`
  },
  run,
}

const beforeMs = 2000
const amidstMs = 4000
const mostLooks = 3
const mostTimesSlower = 10
/** Generous: on a busy machine, ten times a few milliseconds pass quickly. */
const quickEnoughMs = 100
const mostMiBMore = 500
/** Allows for files that a database opens and closes, and for connections that are ending. */
const descriptorSlack = 16

async function run(rounds: number, say: Say): Promise<Outcome> {
  await using issuer = await startTestIssuer()
  const people = signIn(issuer, 7)
  const slowPerson = people.pop()
  const ledger = openLedger(people)
  const recoveryMs: number[] = []
  const notes: string[] = []
  await inFolder(async cwd => {
    const port = await findFreePort()
    const origins = [originAt(port)]
    const visage = await serve({ cwd, issuer, port })
    const client = createClient()
    // One of a size that exists, or not.
    await setPhoto(client, origins[0] ?? '', slowPerson)
    const load = startLoad({ origins, ledger, cuts: 'never', refusals: 'never', pauseMs: 5 })
    await load.recovered()
    for (let round = 1; round <= rounds; round += 1) {
      const scene = { load, ledger, pid: visage.pid, port, person: slowPerson }
      const watch = { load, ledger, client, origins }
      const { tookMs, note } = await whileSomeRest(watch, () => runRound(scene))
      recoveryMs.push(tookMs)
      notes.push(note)
      say(`${round} of ${rounds}: ${note}`)
    }
    await load.stop()
    await ledger.check(client, origins)
    client.close()
    await visage.stop()
    judgeLog(ledger, visage.stderr(), isError)
  })
  return ledger.outcome(recoveryMs, notes)
}

async function setPhoto(
  client: ReturnType<typeof createClient>,
  origin: string,
  person: Person | undefined,
): Promise<void> {
  const { portraitJpeg } = await import('../support/pictures.ts')
  const body = await portraitJpeg({ width: 648, height: 648, seed: 1 })
  const url = `${origin}/v1.0/me/photo/$value`
  await client.ask({ method: 'PUT', url, token: person?.token ?? '', body })
}

type Scene = Readonly<{
  load: Load
  ledger: Ledger
  pid: number
  port: number
  person: Person | undefined
}>

async function runRound(scene: Scene): Promise<Readonly<{ tookMs: number; note: string }>> {
  const { load, ledger, pid, port, person } = scene
  const alone = await measure(load, beforeMs)
  const before = await lookAt(pid)
  const crowd = await gather(port, person)
  const { timesSlower, isTooSlow } = await compare(load, alone.medianMs)
  const during = await lookAt(pid)
  const ended = crowd.map(closed)
  for (const socket of crowd) socket.destroy()
  await Promise.all(ended)
  const tookMs = await load.recovered()
  const isClean = async () =>
    (await lookAt(pid)).descriptors <= before.descriptors + descriptorSlack
  if (!(await until(isClean, 10_000, 100))) {
    const left = (await lookAt(pid)).descriptors
    ledger.count('wrongStatus', `${left} descriptors are left, ${before.descriptors} were there`)
  }
  if (isTooSlow) {
    ledger.count('wrongStatus', `amidst them an answer took ${timesSlower} times as long`)
  }
  const moreMiB = Math.round(during.residentMiB - before.residentMiB)
  if (moreMiB > mostMiBMore) ledger.count('wrongStatus', `they took ${moreMiB} MiB of memory`)
  if (during.descriptors < idle) ledger.count('wrongStatus', 'not all of them were let in')
  const note = `answers took ${timesSlower} times as long in the median; ${during.descriptors - before.descriptors} more descriptors and ${moreMiB} MiB more memory while they were there`
  return { tookMs, note }
}

/** Measures again before it fails: a machine that stood still does not do so every time. */
async function compare(load: Load, usualMs: number) {
  for (let look = 1; ; look += 1) {
    const { medianMs } = await measure(load, amidstMs)
    const slower = medianMs / usualMs
    const isTooSlow = slower > mostTimesSlower && medianMs > quickEnoughMs
    if (!isTooSlow || look === mostLooks) return { timesSlower: slower.toFixed(1), isTooSlow }
  }
}

async function measure(load: Load, durationMs: number): Promise<Readonly<{ medianMs: number }>> {
  const from = load.seen.length
  await delay(durationMs)
  const took = load.seen
    .slice(from)
    .map(({ tookMs }) => tookMs)
    .sort((a, b) => a - b)
  return { medianMs: took[Math.floor(took.length / 2)] ?? Number.POSITIVE_INFINITY }
}

type Look = Readonly<{ descriptors: number; residentMiB: number }>

/** https://man7.org/linux/man-pages/man5/proc_pid_status.5.html; elsewhere nothing is known. */
async function lookAt(pid: number): Promise<Look> {
  const descriptors = (await readdir(`/proc/${pid}/fd`)).length
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  const residentKiB = Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1])
  return { descriptors, residentMiB: residentKiB / 1024 }
}

const atOnce = 200

async function gather(port: number, person: Person | undefined): Promise<Socket[]> {
  const stalls: readonly Stall[] = [stopInHead, sendInDrops, readNothing]
  const wanted = [
    ...Array.from({ length: idle }, (_, at) => (at % 2 === 0 ? saySomething : sayNothing)),
    ...Array.from({ length: slow }, (_, at) => stalls[at % stalls.length] ?? sayNothing),
  ]
  const crowd: Socket[] = []
  for (let from = 0; from < wanted.length; from += atOnce) {
    const some = wanted.slice(from, from + atOnce).map(open => open(port, person))
    crowd.push(...(await Promise.all(some)))
  }
  return crowd
}

/** One request and its answer; the connection stays open. */
async function saySomething(port: number, person: Person | undefined): Promise<Socket> {
  const socket = await sayNothing(port)
  socket.write(
    `GET /v1.0/me/photos/48x48/$value HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${person?.token}\r\n\r\n`,
  )
  await once(socket, 'data')
  socket.resume()
  return socket
}
