/**
 * Several processes on one machine that answer as one: `visage serve --workers 2`, on SQLite and on
 * PostgreSQL, and two `visage serve` on one data folder: their answers, and the results when a worker or the primary
 * dies or gets a signal.
 */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { type ClientRequest, type IncomingMessage, request } from 'node:http'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { drawNumber, readNumber } from '../reliability/numbered-picture.ts'
import { whyMissing } from '../support/installed.ts'
import { portraitJpeg } from '../support/pictures.ts'
import { type PostgresServer, startPostgres } from '../support/postgres.ts'
import {
  contoso,
  ourAudience,
  startTestIssuer,
  type TestIssuer,
  v2User,
} from '../support/test-issuer.ts'
import {
  inFolder,
  launchVisage,
  type Place,
  type Running,
  runVisage,
  startVisage,
} from '../support/visage.ts'

let issuer: TestIssuer
before(async () => {
  issuer = await startTestIssuer()
})
after(() => issuer[Symbol.asyncDispose]())

/** For tests that look for the children of a process. */
const byProc = { skip: process.platform !== 'linux' && 'not run: no /proc here' }

/** The addresses: one for workers, several for independent processes. */
type Nodes = readonly Running[]
type WithNodes = (work: (nodes: Nodes, cwd: string) => Promise<void>) => Promise<void>

const withWorkers =
  (env: () => Promise<Record<string, string>> = async () => ({})): WithNodes =>
  work =>
    inFolder(async cwd => {
      const node = await startVisage(['serve', '--workers', '2'], await placeOf(cwd, await env()))
      await work([node], cwd)
      await endWell([node])
    })

describe('two workers on SQLite and one folder', () => {
  describeTogether(withWorkers())
})

describe('two workers on PostgreSQL and one folder', () => {
  let postgres: PostgresServer
  before(async () => {
    postgres = await startPostgres()
  })
  after(() => postgres[Symbol.asyncDispose]())
  describeTogether(withWorkers(async () => ({ VISAGE_DATABASE: await postgres.createDatabase() })))
})

describe('two processes on the same SQLite and folder', () => {
  describeTogether(work =>
    inFolder(async cwd => {
      // At once, in an empty folder: both find that there is no database.
      const start = async () => await startVisage(['serve'], await placeOf(cwd))
      const nodes = await Promise.all([start(), start()])
      await work(nodes, cwd)
      await endWell(nodes)
    }),
  )
})

function describeTogether(withNodes: WithNodes): void {
  test('a photo set on one connection is read on every other by the next request, and a removal too', () =>
    withNodes(async nodes => {
      const ask = askerOf(nodes)
      for (let round = 1; round <= 10; round += 1) {
        assert.equal((await ask(1, 'PUT', await drawNumber(round))).status, 200)
        for (let connection = 0; connection < 3; connection += 1) {
          const photo = await ask(1, 'GET')
          assert.equal(photo.status, 200)
          assert.equal(await readNumber(photo.body), round)
        }
      }
      assert.equal((await ask(1, 'DELETE')).status, 200)
      assert.equal((await ask(1, 'GET')).status, 404)
      assert.equal((await ask(1, 'GET')).status, 404)
    }))

  test('If-Match admits exactly one of many writers', () =>
    withNodes(async nodes => {
      const ask = askerOf(nodes)
      await ask(1, 'PUT', await drawNumber(1000))
      for (let round = 0; round < 5; round += 1) {
        const { etag } = await ask(1, 'GET')
        const answers = await Promise.all(
          Array.from({ length: 8 }, async (_, index) =>
            ask(1, 'PUT', await drawNumber(round * 8 + index), etag),
          ),
        )
        const statuses = answers.map(({ status }) => status).sort()
        assert.deepEqual(statuses, [200, ...Array.from({ length: 7 }, () => 412)])
      }
    }))

  test('identical bytes sent by many at once are written once', () =>
    withNodes(async (nodes, cwd) => {
      const ask = askerOf(nodes)
      const picture = await drawNumber(7)
      const answers = await Promise.all(Array.from({ length: 8 }, () => ask(1, 'PUT', picture)))
      assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200])
      assert.equal((await packsIn(cwd)).length, 1)
    }))

  test('many clients that set, read and delete at once are all answered, and each finds its last change', () =>
    withNodes(async nodes => {
      const ask = askerOf(nodes)
      const wrong: string[] = []
      let lastNumber = 0
      await Promise.all(
        Array.from({ length: 8 }, async (_, person) => {
          for (let round = 0; round < 8; round += 1) {
            const number = ++lastNumber
            const set = await ask(person, 'PUT', await drawNumber(number))
            const read = await ask(person, 'GET')
            if (set.status !== 200 || read.status !== 200) {
              wrong.push(`PUT ${set.status}, GET ${read.status}`)
            } else assert.equal(await readNumber(read.body), number)
            if (number % 3 > 0) continue
            const removed = await ask(person, 'DELETE')
            const gone = await ask(person, 'GET')
            if (removed.status !== 200 || gone.status !== 404) {
              wrong.push(`DELETE ${removed.status}, GET ${gone.status}`)
            }
          }
        }),
      )
      assert.deepEqual(wrong, [])
    }))
}

describe('a worker that is killed', () => {
  test('under load loses nothing that was acknowledged, is followed by another, and others serve on', () =>
    inFolder(async cwd => {
      const node = await startVisage(['serve', '--workers', '2'], await placeOf(cwd))
      const ask = askerOf([node])
      const ending = new AbortController()
      const known = Array.from({ length: 5 }, () => ({ acknowledged: 0, sentSince: [0] }))
      const tally = { cutOff: 0, last: 0 }
      const writers = known.map(async (photo, person) => {
        while (!ending.signal.aborted) {
          const number = ++tally.last
          photo.sentSince.push(number)
          const answer = await ask(person, 'PUT', await drawNumber(number)).catch(cutOff)
          if (answer === undefined) tally.cutOff += 1
          else {
            assert.equal(answer.status, 200)
            photo.acknowledged = number
            photo.sentSince = []
          }
        }
      })
      const written = Promise.all(writers)
      written.catch(() => {})
      const pids = pidsOf(node)
      for (let round = 0; round < 6; round += 1) {
        await delay(300)
        const victim = round % 2
        process.kill(pids[victim] ?? 0, 'SIGKILL')
        // Before it is replaced, the remaining worker answers. Requests on the dead one's connections may be cut off.
        await untilAnswered(() => ask(0, 'GET'))
        pids[victim] = await successorOf(node, victim + 1, pids[victim])
      }
      ending.abort()
      await written
      for (const [person, photo] of known.entries()) {
        const { status, body } = await ask(person, 'GET')
        assert.equal(status, 200)
        assert.ok([photo.acknowledged, ...photo.sentSince].includes(await readNumber(body)))
      }
      assert.equal(eventsOf(node, 'died').length, 6)
      assert.deepEqual(
        [...new Set(eventsOf(node, 'died').map(({ signal, code }) => `${signal} ${code}`))],
        ['SIGKILL null'],
      )
      assert.deepEqual(await node.stop(), { code: 0, signal: null })
    }))

  test('together with all others is followed by as many on the same port', () =>
    inFolder(async cwd => {
      const node = await startVisage(['serve', '--workers', '2'], await placeOf(cwd))
      const pids = pidsOf(node)
      for (const pid of pids) process.kill(pid, 'SIGKILL')
      for (const [index, pid] of pids.entries()) await successorOf(node, index + 1, pid)
      const ask = askerOf([node])
      for (let connection = 0; connection < 4; connection += 1) {
        assert.equal((await ask(1, 'GET')).status, 404)
      }
      await endWell([node])
    }))
})

describe('a worker that cannot be made', { skip: whyMissing('prlimit') }, () => {
  test('for want of file descriptors is tried again, and others serve on', () =>
    inFolder(async cwd => {
      // The page of a checkout is looked for behind the start, and needs descriptors, too.
      const order = ['serve', '--workers', '2', '--page', 'off']
      const node = await startVisage(order, await placeOf(cwd))
      const ask = askerOf([node])
      const limit = (files: number) =>
        execFileSync('prlimit', ['--pid', String(node.pid), `--nofile=${files}:`])
      // Fewer than it has open.
      limit(10)
      process.kill(pidsOf(node)[1] ?? 0, 'SIGKILL')
      await eventually(async () => eventsOf(node, 'died').length > 1 || undefined)
      assert.match(String(eventsOf(node, 'died')[1]?.error), /EMFILE/)
      limit(1024)
      await successorOf(node, 2)
      assert.equal((await ask(1, 'GET')).status, 404)
      await endWell([node])
    }))
})

describe('the end of `visage serve --workers`', () => {
  for (const [how, signal] of [
    ['SIGTERM to the first process', 'SIGTERM'],
    ['a Ctrl-C that reaches every process', 'SIGINT'],
  ] as const) {
    test(`by ${how} finishes accepted requests, and leaves no process`, () =>
      inFolder(async cwd => {
        const node = await startVisage(['serve', '--workers', '2'], await placeOf(cwd))
        const pids = pidsOf(node)
        const picture = await portraitJpeg({ width: 800, height: 800 })
        const sending = Array.from({ length: 6 }, (_, person) => sendHalf(node, person, picture))
        const uploads = await Promise.all(sending)
        if (signal === 'SIGINT') for (const pid of pids) process.kill(pid, signal)
        node.send(signal)
        await eventually(async () => eventsOf(node, 'ending')[0])
        const statuses = await Promise.all(uploads.map(upload => upload.finish()))
        assert.deepEqual([...new Set(statuses)], [200])
        assert.deepEqual(await node.ended, { code: 0, signal: null })
        assert.deepEqual(pids.filter(isAlive), [])
        assert.deepEqual(eventsOf(node, 'died'), [])
      }))
  }

  test('a second signal does not wait', () =>
    inFolder(async cwd => {
      const node = await startVisage(['serve', '--workers', '2'], await placeOf(cwd))
      const upload = await sendHalf(node, 1, await portraitJpeg())
      node.send('SIGTERM')
      await eventually(async () => eventsOf(node, 'ending')[0])
      node.send('SIGTERM')
      assert.deepEqual(await node.ended, { code: 143, signal: null })
      await untilGone(pidsOf(node))
      await assert.rejects(upload.finish())
    }))

  test('a second signal does not wait for a worker that hangs, and leaves no process', () =>
    inFolder(async cwd => {
      const node = await startVisage(['serve', '--workers', '2'], await placeOf(cwd))
      const pids = pidsOf(node)
      process.kill(pids[1] ?? 0, 'SIGSTOP')
      node.send('SIGTERM')
      await eventually(async () => eventsOf(node, 'ending')[0])
      node.send('SIGTERM')
      try {
        await untilGone([node.pid, ...pids])
      } finally {
        if (isAlive(pids[1] ?? 0)) process.kill(pids[1] ?? 0, 'SIGKILL')
      }
      assert.deepEqual(await node.ended, { code: 143, signal: null })
    }))

  test(
    'by a Ctrl-C for all while workers are still being made is an end like any other',
    byProc,
    () =>
      inFolder(async cwd => {
        const node = launchVisage(['serve', '--workers', '2'], await placeOf(cwd))
        const worker = await firstChildOf(node)
        node.send('SIGINT')
        process.kill(worker, 'SIGINT')
        assert.deepEqual(await node.ended, { code: 0, signal: null })
        assert.equal(node.stderr(), '')
      }),
  )

  test('workers go with a first process that is killed', () =>
    inFolder(async cwd => {
      const node = await startVisage(['serve', '--workers', '2'], await placeOf(cwd))
      node.send('SIGKILL')
      await untilGone(pidsOf(node))
    }))
})

describe('`visage serve --workers` that cannot start', () => {
  for (const value of ['0', '-1', 'x', '10000', '1.5']) {
    test(`because of --workers ${value} explains it`, () =>
      inFolder(async cwd => {
        const { code, stderr } = await runVisage(['serve', '--workers', value], await placeOf(cwd))
        assert.equal(code, 2)
        assert.match(stderr, /^visage: VISAGE_WORKERS \(--workers\): '.*' is not a whole number/)
      }))
  }

  /** Each row: why, and what is set. */
  const faults: readonly (readonly [string, (cwd: string) => Promise<readonly string[]>])[] = [
    ['its port is taken', async () => ['--port', String(taken)]],
    ['it has no such address', async () => ['--host', '192.0.2.1']],
    ['its database is away', async () => ['--database', 'postgres://127.0.0.1:1/visage']],
    [
      'its folder is a file',
      async cwd => {
        await writeFile(join(cwd, 'file'), '')
        return ['--data', 'file']
      },
    ],
  ]
  const other = createServer()
  let taken = 0
  before(async () => {
    await new Promise<void>(resolve => other.listen(0, '127.0.0.1', resolve))
    const address = other.address()
    taken = typeof address === 'object' ? (address?.port ?? 0) : 0
  })
  after(() => other.close())

  test('because a worker is killed explains it in a line', byProc, () =>
    inFolder(async cwd => {
      const node = launchVisage(['serve', '--workers', '2'], await placeOf(cwd))
      process.kill(await firstChildOf(node), 'SIGKILL')
      assert.deepEqual(await node.ended, { code: 1, signal: null })
      assert.match(node.stderr(), /^visage: A worker \(process \d+\) ended with SIGKILL\.\n$/)
    }),
  )

  for (const [why, flagsIn] of faults) {
    test(`because ${why} explains it once, as one process does`, () =>
      inFolder(async cwd => {
        const place = await placeOf(cwd)
        const flags = await flagsIn(cwd)
        const alone = await runVisage(['serve', ...flags], place)
        const several = await runVisage(['serve', '--workers', '3', ...flags], place)
        assert.notEqual(alone.code, 0)
        assert.deepEqual(several, alone)
      }))
  }
})

/** Environment of every process here. */
async function placeOf(cwd: string, env: Record<string, string> = {}): Promise<Place> {
  return {
    cwd,
    env: {
      VISAGE_DATA: join(cwd, 'data'),
      VISAGE_ISSUER: `${issuer.origin}/${contoso}/v2.0`,
      VISAGE_ISSUER_PRESET: 'entra',
      VISAGE_AUDIENCE: ourAudience,
      VISAGE_PORT: '0',
      ...env,
    },
  }
}

async function endWell(nodes: Nodes): Promise<void> {
  for (const node of nodes) {
    assert.deepEqual(await node.stop(), { code: 0, signal: null })
    const errors = eventsOf(node).filter(({ severity, event }) => {
      return severity === 'error' && event !== 'died'
    })
    assert.deepEqual(errors, [])
  }
}

type Answer = Readonly<{ status: number; etag: string; body: Buffer }>
type Ask = (
  person: number,
  method: string,
  body?: Uint8Array | undefined,
  etag?: string,
) => Promise<Answer>

/** A connection for each request: workers, and nodes, take turns. */
function askerOf(nodes: Nodes): Ask {
  let turn = 0
  return async (person, method, body, etag) => {
    const node = nodes[turn++ % nodes.length]
    assert.ok(node)
    const sent = send(node, person, method, etag, body?.length)
    sent.end(body)
    return await answerTo(sent)
  }
}

function send(
  { origin }: Running,
  person: number,
  method: string,
  etag?: string,
  length?: number,
): ClientRequest {
  const oid = `5f1c2f0e-8a3e-4a55-9d0b-00000000000${person}`
  const preferred_username = `person${person}@contoso.example`
  const iss = `${issuer.origin}/${contoso}/v2.0`
  const token = issuer.sign(v2User(Date.now(), { iss, oid, sub: oid, preferred_username }))
  const headers = {
    authorization: `Bearer ${token}`,
    ...(etag && { 'if-match': etag }),
    ...(length !== undefined && { 'content-type': 'image/jpeg', 'content-length': length }),
  }
  const url = `${origin}/v1.0/me/photo${method === 'DELETE' ? '' : '/$value'}`
  const sent = request(url, { method, headers, agent: false, timeout: 10_000 })
  return sent.once('timeout', () => sent.destroy(new Error(noAnswer)))
}

async function answerTo(sent: ClientRequest): Promise<Answer> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    sent.once('response', resolve).once('error', reject)
  })
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk)
  const { statusCode: status = 0, headers } = response
  return { status, etag: headers.etag ?? '', body: Buffer.concat(chunks) }
}

/** An upload that was accepted, and whose second half comes later. */
async function sendHalf(node: Running, person: number, picture: Buffer) {
  const sent = send(node, person, 'PUT', undefined, picture.length)
  sent.setHeader('expect', '100-continue')
  const answer = answerTo(sent)
  answer.catch(() => {})
  sent.flushHeaders()
  await once(sent, 'continue')
  sent.write(picture.subarray(0, picture.length / 2))
  return {
    async finish(): Promise<number> {
      sent.end(picture.subarray(picture.length / 2))
      return (await answer).status
    },
  }
}

type Line = Readonly<Record<string, unknown>>

function eventsOf(node: Running, event?: string): Line[] {
  const lines = node.stderr().trim().split('\n').filter(Boolean)
  const events = lines.map(line => JSON.parse(line) as Line)
  return event === undefined ? events : events.filter(each => each.event === event)
}

function pidsOf(node: Running): number[] {
  const { workers, pids } = eventsOf(node, 'listening')[0] ?? {}
  assert.equal(workers, 2)
  return [...(pids as number[])]
}

/** As soon as the process exists, long before it serves. */
async function firstChildOf({ pid }: Pick<Running, 'pid'>): Promise<number> {
  return await eventually(async () => {
    const [child] = (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).split(' ')
    return Number(child) || undefined
  })
}

/** The process that replaced `before`. */
async function successorOf(node: Running, worker: number, before = 0): Promise<number> {
  return await eventually(async () => {
    const last = eventsOf(node, 'replaced').findLast(line => line.worker === worker)
    return typeof last?.pid === 'number' && last.pid !== before ? last.pid : undefined
  })
}

const noAnswer = 'no answer in 10 s'

/** The end of a worker may cut a connection, but no client may wait without end. */
function cutOff(error: Error): undefined {
  if (error.message === noAnswer) throw error
}

async function untilAnswered(ask: () => Promise<Answer>): Promise<void> {
  const { status } = await eventually(() => ask().catch(cutOff))
  assert.ok(status === 200 || status === 404)
}

async function untilGone(pids: readonly number[]): Promise<void> {
  await eventually(async () => !pids.some(isAlive) || undefined)
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

async function packsIn(cwd: string): Promise<string[]> {
  const names = await readdir(join(cwd, 'data', 'packs'), { recursive: true })
  return names.filter(name => name.endsWith('.jpg'))
}

async function eventually<T>(look: () => Promise<T | undefined>, timeoutMs = 10_000): Promise<T> {
  for (const until = performance.now() + timeoutMs; performance.now() < until; await delay(20)) {
    const found = await look()
    if (found !== undefined) return found
  }
  throw new Error('it did not come about')
}
