/** Faults of an S3 store (Ceph with three copies of every object) and of the network to it. */
import { randomInt } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { type Ceph, whyNoCeph } from '../support/ceph.ts'
import { type Refusal, startS3Proxy } from '../support/s3-proxy.ts'
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts'
import type { Fault, Outcome, Say } from './fault.ts'
import { killingOne, nodeKilled } from './node-killed.ts'
import { type Environment, type Nodes, type Strike, sharedCeph, strikeNodes } from './nodes.ts'

const deployment = 'PostgreSQL + S3 (Ceph), 2 nodes'

const daemon: Fault = {
  name: 's3-daemon-killed',
  title: 'One of three object daemons killed (SIGKILL) and started again',
  deployment,
  means:
    'Each in different rounds. Uploads, reads and reads past the cache succeed on both nodes while it is unavailable; it starts again empty, and the next one is killed when every object has its three copies again.',
  rounds: { full: 3, quick: 1 },
  whyNot: whyNoCeph,
  run: onCeph(async (ceph, strike) =>
    strike(await directly(ceph), {
      // Two copies are enough to read and write, so no request may be refused.
      isFelt: false,
      strike: async (nodes, round) => {
        const name = `osd.${(round - 1) % 3}`
        await ceph.kill(name)
        await serveBoth(nodes)
        await delay(1500)
        await serveBoth(nodes)
        await ceph.revive(name)
        await ceph.heal()
      },
    }),
  ),
}

const gateway: Fault = {
  name: 's3-gateway-stopped',
  title: 'S3 gateway killed and started again',
  deployment,
  means: 'It gets SIGKILL and does not listen for a second or two.',
  rounds: { full: 8, quick: 1 },
  whyNot: whyNoCeph,
  run: onCeph(async (ceph, strike) =>
    strike(await directly(ceph), {
      isFelt: true,
      strike: async () => {
        await ceph.kill('rgw')
        await delay(randomInt(1500))
        await ceph.revive('rgw')
      },
    }),
  ),
}

const paces = [
  { delayMs: 100, lastsMs: 5000 },
  { delayMs: 500, lastsMs: 5000 },
  // No answer begins within the four seconds of an attempt.
  { delayMs: 2500, lastsMs: 16_000 },
]
const slow: Fault = {
  name: 's3-gateway-slow',
  title: 'S3 gateway slow',
  deployment,
  means: `All bytes to and from it are delayed, in different rounds by ${paces.map(({ delayMs, lastsMs }) => `${delayMs} ms for ${lastsMs / 1000} s`).join(', ')}; the last is longer than an attempt may take.`,
  rounds: { full: 3, quick: 1 },
  whyNot: whyNoCeph,
  run: onLine(async (line, round) => {
    const { delayMs = 0, lastsMs = 0 } = paces[(round - 1) % paces.length] ?? {}
    line.delay(delayMs)
    await delay(lastsMs)
    line.mend()
  }),
}

const silencesMs = [6000, 20_000]
const silent: Fault = {
  name: 's3-gateway-silent',
  title: 'No network to the S3 gateway',
  deployment,
  means:
    'No bytes arrive and no error is reported, in different rounds for 6 seconds, in which a second attempt begins, and for 20, longer than any limit, after which the old connections are reset.',
  rounds: { full: 2, quick: 1 },
  whyNot: whyNoCeph,
  run: onLine(async (line, round) => {
    const ms = silencesMs[(round - 1) % silencesMs.length] ?? 0
    line.silence()
    await delay(ms)
    line.mend()
    if (ms > 10_000) line.cut()
  }),
}

const refusals: readonly Refusal[] = [
  { status: 500, share: 0.5, when: 'after' },
  { status: 503, share: 1, when: 'before' },
  { status: 503, share: 0.5, when: 'before' },
  { status: 500, share: 1, when: 'after' },
  { status: 500, share: 1, when: 'before' },
]
const refusing: Fault = {
  name: 's3-gateway-errors',
  title: 'S3 gateway answering 500 and 503',
  deployment,
  means:
    'For half of the requests or for all of them, for three seconds: before the gateway gets them, or after it has executed them, so that the same write is sent again.',
  rounds: { full: 5, quick: 2 },
  whyNot: whyNoCeph,
  run: onCeph(async (ceph, strike) => {
    await using proxy = await startS3Proxy(ceph.gatewayPort)
    return await strike(await through(ceph, proxy.port), {
      isFelt: true,
      strike: async (_nodes, round) => {
        const refusal = refusals[(round - 1) % refusals.length]
        if (refusal) proxy.refuse(refusal)
        await delay(3000)
        proxy.mend()
      },
    })
  }),
}

const reset: Fault = {
  name: 's3-connections-reset',
  title: 'Connections to S3 reset in the middle of uploads and reads',
  deployment,
  means:
    'For three seconds: every connection is reset after at most 20,000 bytes, in the middle of a transfer, or all at once up to 100 ms apart.',
  rounds: { full: 6, quick: 2 },
  whyNot: whyNoCeph,
  // Requests are tried again, so perhaps nobody is refused.
  run: onLine(async (line, round) => {
    const before = line.countResets()
    const endMs = performance.now() + 3000
    if (round % 2 === 1) line.breakAfter(() => randomInt(20_000))
    while (performance.now() < endMs) {
      await delay(randomInt(100))
      if (round % 2 === 0) line.cut()
    }
    line.mend()
    if (line.countResets() === before) throw new Error('no connection was reset')
  }),
}

const killed: Fault = {
  name: 's3-node-killed',
  ...nodeKilled,
  deployment,
  rounds: { full: 20, quick: 2 },
  whyNot: whyNoCeph,
  run: onCeph(async (ceph, strikeOn) => strikeOn(await directly(ceph), killingOne)),
}

/**
 * Hours. Less behind than the grace time, a day: otherwise a photo that is replaced then would count as replaced long
 * ago, and could be removed during a read (docs/decisions/0010-the-sweep-remembers.md).
 */
const offsets = [26, -2, 720, -20, 72, 0, 240, -3, 0, 0]
const clocks: Fault = {
  name: 's3-clock-jumps',
  title: 'Clock of one of two nodes set ahead and back by hours and days',
  deployment,
  means:
    'For each node in different rounds, by up to 30 days, while uploads are under way. The sweep runs every second on one of them, with a grace time of a day. S3 refuses requests signed at a wrong time: they are repeated, or the client gets one 503.',
  rounds: { full: 10, quick: 3 },
  whyNot: whyNoCeph,
  run: onCeph(async (ceph, strikeOn) => {
    const packs = { ...(await directly(ceph)), VISAGE_SWEEP_GRACE: '86400' }
    return await strikeOn(packs, {
      isFelt: false,
      strike: async ({ setClock }, round) => {
        const hours = offsets[(round - 1) % offsets.length] ?? 0
        await setClock(round % 2, hours * 3_600_000)
        // Until each node could have swept.
        await delay(2000)
      },
    })
  }),
}

/** The killed gateway last: for half a minute afterwards the new one waits for it whenever a bucket is made. */
export const s3Faults: readonly Fault[] = [
  killed,
  clocks,
  daemon,
  slow,
  silent,
  refusing,
  reset,
  gateway,
]

type StrikeOn = (
  packs: Environment,
  how: Omit<Strike, 'rounds' | 'say' | 'packs'>,
) => Promise<Outcome>

function onCeph(work: (ceph: Ceph, strike: StrikeOn) => Promise<Outcome>): Fault['run'] {
  return async (rounds: number, say: Say) =>
    await work(await sharedCeph(), (packs, how) => strikeNodes({ rounds, say, packs, ...how }))
}

/** With a connection to the gateway that the fault controls. */
function onLine(strike: (line: TcpProxy, round: number) => Promise<void>): Fault['run'] {
  return onCeph(async (ceph, strikeOn) => {
    await using line = await startTcpProxy(ceph.gatewayPort)
    const packs = await through(ceph, line.port)
    return await strikeOn(packs, { isFelt: false, strike: (_nodes, round) => strike(line, round) })
  })
}

async function serveBoth({ serves }: Nodes): Promise<void> {
  for (const node of [0, 1]) {
    await serves('PUT', node)
    await serves('GET', node)
  }
}

function directly(ceph: Ceph): Promise<Environment> {
  return through(ceph, ceph.gatewayPort)
}

async function through(ceph: Ceph, port: number): Promise<Environment> {
  const { bucket, prefix } = await ceph.createBucket()
  return {
    VISAGE_PACKS: `s3://${bucket}/${prefix}?endpoint=http://127.0.0.1:${port}`,
    AWS_ACCESS_KEY_ID: ceph.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: ceph.credentials.secretAccessKey,
  }
}
