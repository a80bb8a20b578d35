/**
 * Clients that keep their connections, while workers end and are replaced: which worker serves them, and the answers of
 * /readyz.
 */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { Agent, get } from 'node:http'
import { after, before, test } from 'node:test'
import { until } from '../settings/stand.ts'
import { findFreePort } from '../support/free-port.ts'
import {
  contoso,
  ourAudience,
  startTestIssuer,
  type TestIssuer,
  v2User,
} from '../support/test-issuer.ts'
import { inFolder, launchVisage, type Place, type Running, startVisage } from '../support/visage.ts'

let issuer: TestIssuer
before(async () => {
  issuer = await startTestIssuer()
})
after(() => issuer[Symbol.asyncDispose]())

const issOf = () => `${issuer.origin}/${contoso}/v2.0`

const two = ['serve', '--workers', '2']

function placeOf(cwd: string, env: Readonly<Record<string, string>>): Place {
  const base = { VISAGE_ISSUER: issOf(), VISAGE_AUDIENCE: ourAudience, VISAGE_PORT: '0' }
  return { cwd, env: { ...base, ...env } }
}

async function startTwo(cwd: string, env: Readonly<Record<string, string>>): Promise<Running> {
  return await startVisage(two, placeOf(cwd, env))
}

type Line = Readonly<Record<string, unknown>>

function linesOf(text: string, event: string): Line[] {
  const lines = text.split('\n').slice(0, -1)
  return lines.map(line => JSON.parse(line) as Line).filter(line => line.event === event)
}

function pidsOf({ stderr }: Running): number[] {
  return linesOf(stderr(), 'listening')[0]?.pids as number[]
}

/** One connection with repeated requests, kept as long as the server keeps it. */
function keepAsking(origin: string, signal: AbortSignal) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const authorization = `Bearer ${issuer.sign(v2User(Date.now(), { iss: issOf() }))}`
  let answers = 0
  let isConnected = false
  const ask = () => {
    if (signal.aborted) return agent.destroy()
    const sent = get(`${origin}/v1.0/me`, { agent, headers: { authorization } }, response => {
      answers += 1
      response.resume().once('close', ask)
    })
    sent.once('socket', socket => {
      if (socket.connecting) socket.once('connect', () => (isConnected = true))
    })
    // An error of the worker that is killed, or before a worker listens.
    sent.once('error', () => setImmediate(ask))
  }
  ask()
  return { answers: () => answers, isConnected: () => isConnected }
}

type Client = ReturnType<typeof keepAsking>

/** Resolves when each client has got this many more answers. */
async function eachAnswered(clients: readonly Client[], more: number): Promise<void> {
  const from = clients.map(({ answers }) => answers())
  await until(() => clients.every(({ answers }, index) => answers() >= (from[index] ?? 0) + more))
}

/** The share of each of two workers in the next answers, until each client has a hundred more. */
async function sharesOf(
  visage: Pick<Running, 'stderr'>,
  clients: readonly Client[],
): Promise<readonly number[]> {
  const seen = visage.stderr().lastIndexOf('\n') + 1
  await eachAnswered(clients, 100)
  const served = linesOf(visage.stderr().slice(seen), 'answered')
  return [1, 2].map(
    number => served.filter(({ worker }) => worker === number).length / served.length,
  )
}

test('of 16 kept connections each of two workers serves a third or more, also after one was killed', () =>
  inFolder(async cwd => {
    const visage = await startTwo(cwd, {
      VISAGE_CONNECTION_REQUESTS: '20',
      VISAGE_LOG_LEVEL: 'debug',
    })
    const ending = new AbortController()
    const clients = Array.from({ length: 16 }, () => keepAsking(visage.origin, ending.signal))
    await eachAnswered(clients, 20)
    process.kill(pidsOf(visage)[0] ?? 0, 'SIGKILL')
    await until(() => linesOf(visage.stderr(), 'replaced').length > 0)
    await eachAnswered(clients, 60)
    const shares = await sharesOf(visage, clients)
    assert.ok(Math.min(...shares) >= 1 / 3, `the workers served ${shares.join(' and ')}`)
    ending.abort()
    assert.deepEqual(await visage.stop(), { code: 0, signal: null })
  }))

test(
  'connections without a limit are handed out anew when all workers serve: those that came early, too',
  {
    skip: process.platform !== 'linux' && 'not run: no /proc here',
  },
  () =>
    inFolder(async cwd => {
      const port = await findFreePort()
      const never = { VISAGE_CONNECTION_REQUESTS: '0', VISAGE_CONNECTION_AGE: '0' }
      const env = { ...never, VISAGE_LOG_LEVEL: 'debug', VISAGE_PORT: String(port) }
      const visage = launchVisage(two, placeOf(cwd, env))
      const ending = new AbortController()
      try {
        const origin = `http://127.0.0.1:${port}`
        const clients = Array.from({ length: 16 }, () => keepAsking(origin, ending.signal))
        // The second worker is delayed until all clients have connected to the first.
        await until(async () => (await childrenOf(visage)).length === 2)
        const [, second = 0] = await childrenOf(visage)
        process.kill(second, 'SIGSTOP')
        await until(() => clients.every(({ isConnected }) => isConnected()))
        process.kill(second, 'SIGCONT')
        await until(() => linesOf(visage.stderr(), 'listening').length > 0)
        await eachAnswered(clients, 10)
        assert.ok(Math.min(...(await sharesOf(visage, clients))) > 0)
        process.kill(second, 'SIGKILL')
        await until(() => linesOf(visage.stderr(), 'replaced').length > 0)
        await eachAnswered(clients, 10)
        assert.ok(Math.min(...(await sharesOf(visage, clients))) > 0)
      } finally {
        ending.abort()
        visage.send('SIGTERM')
        await visage.ended
      }
    }),
)

async function childrenOf({ pid }: Pick<Running, 'pid'>): Promise<number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '')
  return text.split(' ').filter(Boolean).map(Number)
}

test('/readyz is 200 only while all workers serve, and otherwise names the workers', () =>
  inFolder(async cwd => {
    const visage = await startTwo(cwd, { VISAGE_METRICS: '127.0.0.1:0' })
    const metrics = new URL(String(linesOf(visage.stderr(), 'listening')[0]?.metrics)).origin
    /** '' if the worker of the connection was killed. */
    const readiness = async (origin: string) => {
      const response = await fetch(`${origin}/readyz`).catch(() => undefined)
      if (response === undefined) return ''
      const { parts } = (await response.json()) as { parts: Record<string, string> }
      return `${response.status} ${parts.workers}`
    }
    const shows = async (wanted: string) => {
      for (const origin of [visage.origin, metrics]) {
        await until(async () => (await readiness(origin)) === wanted)
      }
    }
    await shows('200 ok')
    // A worker that ends repeatedly is replaced later each time, so the gap becomes visible.
    let pid = pidsOf(visage)[1] ?? 0
    const seen = new Set<string>()
    for (let deaths = 1; !seen.has('503 unavailable'); deaths += 1) {
      process.kill(pid, 'SIGKILL')
      await until(async () => {
        if (linesOf(visage.stderr(), 'died').length < deaths) return false
        seen.add(await readiness(visage.origin))
        return linesOf(visage.stderr(), 'replaced').length >= deaths
      })
      pid = Number(linesOf(visage.stderr(), 'replaced').at(-1)?.pid)
    }
    await shows('200 ok')
    process.kill(pid, 'SIGSTOP')
    await until(async () => (await readiness(metrics)) === '503 unavailable')
    process.kill(pid, 'SIGKILL')
    await shows('200 ok')
  }))
