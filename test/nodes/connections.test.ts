/**
 * Clients that keep their connections, and workers that come and go: who serves them then, and what
 * /readyz says of it.
 */
import assert from 'node:assert/strict'
import { Agent, get } from 'node:http'
import { after, before, test } from 'node:test'
import { until } from '../settings/stand.ts'
import {
  contoso,
  ourAudience,
  startTestIssuer,
  type TestIssuer,
  v2User,
} from '../support/test-issuer.ts'
import { inFolder, type Running, startVisage } from '../support/visage.ts'

let issuer: TestIssuer
before(async () => {
  issuer = await startTestIssuer()
})
after(() => issuer[Symbol.asyncDispose]())

const issOf = () => `${issuer.origin}/${contoso}/v2.0`

async function startTwo(cwd: string, env: Readonly<Record<string, string>>): Promise<Running> {
  const base = { VISAGE_ISSUER: issOf(), VISAGE_AUDIENCE: ourAudience, VISAGE_PORT: '0' }
  return await startVisage(['serve', '--workers', '2'], { cwd, env: { ...base, ...env } })
}

type Line = Readonly<Record<string, unknown>>

function linesOf(text: string, event: string): Line[] {
  const lines = text.split('\n').slice(0, -1)
  return lines.map(line => JSON.parse(line) as Line).filter(line => line.event === event)
}

function pidsOf({ stderr }: Running): number[] {
  return linesOf(stderr(), 'listening')[0]?.pids as number[]
}

/** One connection, kept for as long as the server keeps it, and asked on again and again. */
function keepAsking({ origin }: Running, signal: AbortSignal): { answers: () => number } {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const authorization = `Bearer ${issuer.sign(v2User(Date.now(), { iss: issOf() }))}`
  let answers = 0
  const ask = () => {
    if (signal.aborted) return agent.destroy()
    const sent = get(`${origin}/v1.0/me`, { agent, headers: { authorization } }, response => {
      answers += 1
      response.resume().once('close', ask)
    })
    // Of the worker that is killed.
    sent.once('error', () => setImmediate(ask))
  }
  ask()
  return { answers: () => answers }
}

test('of 16 kept connections each of two workers serves a third or more, also after one was killed', () =>
  inFolder(async cwd => {
    const visage = await startTwo(cwd, {
      VISAGE_CONNECTION_REQUESTS: '20',
      VISAGE_LOG_LEVEL: 'debug',
    })
    const ending = new AbortController()
    const clients = Array.from({ length: 16 }, () => keepAsking(visage, ending.signal))
    const eachAnswered = async (more: number) => {
      const from = clients.map(({ answers }) => answers())
      await until(() =>
        clients.every(({ answers }, index) => answers() >= (from[index] ?? 0) + more),
      )
    }
    await eachAnswered(20)
    process.kill(pidsOf(visage)[0] ?? 0, 'SIGKILL')
    await until(() => linesOf(visage.stderr(), 'replaced').length > 0)
    await eachAnswered(60)
    const seen = visage.stderr().lastIndexOf('\n') + 1
    await eachAnswered(100)
    ending.abort()
    const served = linesOf(visage.stderr().slice(seen), 'answered')
    for (const number of [1, 2]) {
      const share = served.filter(({ worker }) => worker === number).length / served.length
      assert.ok(share >= 1 / 3, `worker ${number} served ${(share * 100).toFixed(1)} %`)
    }
    assert.deepEqual(await visage.stop(), { code: 0, signal: null })
  }))

test('/readyz is 200 only while all workers serve, and says that it is the workers', () =>
  inFolder(async cwd => {
    const visage = await startTwo(cwd, { VISAGE_METRICS: '127.0.0.1:0' })
    const metrics = new URL(String(linesOf(visage.stderr(), 'listening')[0]?.metrics)).origin
    const readiness = async (origin: string) => {
      const response = await fetch(`${origin}/readyz`)
      const { parts } = (await response.json()) as { parts: Record<string, string> }
      return `${response.status} ${parts.workers}`
    }
    const shows = async (wanted: string) => {
      for (const origin of [visage.origin, metrics]) {
        await until(async () => (await readiness(origin)) === wanted)
      }
    }
    await shows('200 ok')
    // Whoever dies again and again is replaced later each time: in the end it shows.
    let pid = pidsOf(visage)[1] ?? 0
    const seen = new Set<string>()
    for (let deaths = 1; !seen.has('503 unavailable'); deaths += 1) {
      process.kill(pid, 'SIGKILL')
      await until(async () => {
        if (linesOf(visage.stderr(), 'died').length < deaths) return false
        seen.add(await readiness(visage.origin).catch(() => ''))
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
