/**
 * The harness can fail: ledger and load detect a server that loses photos, restores removed ones, mixes versions and
 * people, answers 500, does not answer or closes connections; a correct server passes.
 */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import sharp from 'sharp'
import { createClient } from './client.ts'
import { hasHeld, type Outcome } from './fault.ts'
import { openLedger } from './ledger.ts'
import { type Load, type LoadOptions, startLoad } from './load.ts'
import { judge, type Result, summarise } from './report.ts'
import { type Watch, whileSomeRest } from './rests.ts'

type Version = Readonly<{ etag: string; pictures: ReadonlyMap<string, Buffer> }>
/** The writes of one person, oldest first; undefined: the photo was removed. */
type Versions = readonly (Version | undefined)[]

/** A minimal server of photos: uploads, removals and reads. */
type Conduct = Readonly<{
  keep?: (versions: Versions, uploaded: Version) => Versions
  remove?: (versions: Versions) => Versions
  show?: (versions: Versions, size: string, ofOther: Versions) => Version | undefined
  interfere?: (request: IncomingMessage, response: ServerResponse, count: number) => boolean
}>

const latest = (versions: Versions) => versions.at(-1)

test('an honest server holds', async () => {
  const outcome = await runAgainst({})
  assert.ok(hasHeld(outcome), JSON.stringify(outcome))
  assert.ok(outcome.acknowledged > 3)
})

test('an upload that was acknowledged and is missing is lost', async () => {
  let uploads = 0
  const outcome = await runAgainst({
    keep: (versions, uploaded) => (++uploads % 3 === 0 ? versions : [...versions, uploaded]),
  })
  assert.ok(outcome.lost > 0)
  assert.match(outcome.problems.join('\n'), /shows .+; acknowledged \d+/)
})

test('a removal acknowledged and not made is lost', async () => {
  const outcome = await runAgainst({ remove: versions => versions }, {}, { DELETE: 10 })
  assert.ok(outcome.lost > 0)
  assert.match(outcome.problems.join('\n'), /shows \d+; acknowledged none/)
})

test('a photo that is back after its removal was seen is lost', () => {
  const { ledger, person } = openAlone()
  ledger.acknowledge(person, ledger.send(person, 'upload'))
  // It was not acknowledged, so it may be done or not, but the state must not change later.
  ledger.send(person, 'removal')
  ledger.beginRead(person)(1)
  ledger.beginRead(person)(undefined)
  assert.equal(ledger.outcome([]).lost, 0)
  ledger.beginRead(person)(1)
  assert.equal(ledger.outcome([]).lost, 1)
})

test('later reads must not show an older photo; reads at the same time may differ', () => {
  const { ledger, person } = openAlone()
  ledger.send(person, 'upload')
  ledger.send(person, 'upload')
  const endSlowRead = ledger.beginRead(person)
  ledger.beginRead(person)(2)
  endSlowRead(1)
  assert.equal(ledger.outcome([]).lost, 0)
  ledger.beginRead(person)(1)
  assert.equal(ledger.outcome([]).lost, 1)
})

test('a read may show anything that was sent during it, but no photo of another person', () => {
  const { ledger, person, other } = openAlone()
  ledger.acknowledge(person, ledger.send(person, 'upload'))
  const endReads = [1, 2, 3].map(() => ledger.beginRead(person))
  for (const _ of [2, 3]) ledger.acknowledge(person, ledger.send(person, 'upload'))
  for (const [at, end] of endReads.entries()) end(at + 1)
  assert.equal(ledger.outcome([]).lost, 0)
  const endRead = ledger.beginRead(person)
  endRead(ledger.send(other, 'upload').number)
  assert.equal(ledger.outcome([]).lost, 1)
})

test('the photo of another person is a loss', async () => {
  const outcome = await runAgainst({ show: (_versions, _size, ofOther) => latest(ofOther) })
  assert.ok(outcome.lost > 0)
})

test('a missing photo is a loss', async () => {
  const outcome = await runAgainst({ show: () => undefined })
  assert.ok(outcome.lost > 0)
  assert.match(outcome.problems.join('\n'), /shows no photo/)
})

test('sizes of two uploads are torn, under one ETag and under two', async () => {
  const mixed = await runAgainst({
    keep: (versions, uploaded) => {
      const before = versions.findLast(Boolean)?.pictures.get('48x48')
      const pictures = new Map([
        ...uploaded.pictures,
        ...(before ? [['48x48', before] as const] : []),
      ])
      return [...versions, { etag: uploaded.etag, pictures }]
    },
  })
  assert.ok(mixed.torn > 0)
  assert.match(mixed.problems.join('\n'), /shows \d+ and \d+ at once/)
  const stale = await runAgainst({
    show: (versions, size) =>
      size === '64x64' ? versions.filter(Boolean).at(-2) : versions.at(-1),
  })
  assert.ok(stale.torn > 0)
})

test('half a picture is torn', async () => {
  const outcome = await runAgainst({
    keep: (versions, { etag, pictures }) => {
      const halves = [...pictures].map(
        ([size, bytes]) => [size, bytes.subarray(0, bytes.length / 2)] as const,
      )
      return [...versions, { etag, pictures: new Map(halves) }]
    },
  })
  assert.ok(outcome.torn > 0)
})

for (const [what, status, headers] of [
  ['500', 500, {}],
  ['503 without Retry-After', 503, {}],
  ['200 later, 412 now', 412, {}],
] as const) {
  test(`${what} is a wrong status`, async () => {
    const outcome = await runAgainst({ interfere: answerSometimes(status, headers) })
    assert.ok(outcome.wrongStatus > 0)
    assert.equal(outcome.refused, 0)
  })
}

test('503 with Retry-After is counted as right if a part is unavailable, and as wrong otherwise', async () => {
  const conduct = { interfere: answerSometimes(503, { 'retry-after': '1' }) }
  const outcome = await runAgainst(conduct)
  assert.ok(outcome.refused > 0)
  assert.ok(hasHeld(outcome), JSON.stringify(outcome))
  assert.ok((await runAgainst(conduct, { refusals: 'never' })).wrongStatus > 0)
})

test('no answer within the time that anybody waits is a wrong status', async () => {
  const interfere: Interfere = ({ method }, _response, count) => method === 'PUT' && count % 3 === 2
  const outcome = await runAgainst({ interfere }, { timeoutMs: 100 })
  assert.ok(outcome.wrongStatus > 0)
  assert.match(outcome.problems.join('\n'), /no answer within 0.1 s/)
})

test('a cut connection is wrong unless the fault cuts', async () => {
  const interfere: Interfere = (request, _response, count) => {
    if (count % 4 !== 3) return false
    request.socket.destroy()
    return true
  }
  assert.ok((await runAgainst({ interfere })).wrongStatus > 0)
  assert.ok(hasHeld(await runAgainst({ interfere }, { cuts: 'allowed' })))
})

test('a connection cut after 100 Continue was not idle', async () => {
  const interfere: Interfere = ({ method, headers, socket }, response) => {
    if (method !== 'PUT' || headers.expect === undefined) return false
    response.writeContinue()
    // A connection that is cut at once may end before the 100 Continue arrives.
    setTimeout(() => socket.destroy(), 20)
    return true
  }
  assert.ok((await runAgainst({ interfere }, { cuts: 'idle-only' })).wrongStatus > 0)
})

test('a loss during a fault is found although others continue to write', async () => {
  const histories = new Set<Versions>()
  const remember = (versions: Versions) => {
    histories.add(versions)
    return versions
  }
  const forgotten = new Set<Versions>()
  await using stand = await openStand(
    {
      keep: (versions, uploaded) => remember([...versions, uploaded]),
      remove: versions => remember([...versions, undefined]),
      show: versions => (forgotten.has(versions) ? versions[0] : latest(versions)),
    },
    { readers: 0 },
  )
  const { ledger, load } = stand
  await seeEnough(load, { PUT: 18 })
  await whileSomeRest(stand, async () => {
    await delay(200)
    for (const versions of histories) forgotten.add(versions)
    await load.recovered()
  })
  await load.stop()
  assert.ok(ledger.outcome([]).lost > 0)
})

test('many problems of one kind do not hide those of another', () => {
  const { ledger } = openAlone()
  for (let at = 0; at < 100; at += 1) ledger.count('lost', 'lost')
  ledger.count('torn', 'torn')
  assert.equal(ledger.outcome([]).problems.at(-1), 'torn')
  assert.ok(ledger.outcome([]).problems.length < 100)
})

test('nothing acknowledged is no success, and neither is a fault that breaks off', () => {
  const empty = { acknowledged: 0, refused: 9, lost: 0, torn: 0, wrongStatus: 0, recoveryMs: [] }
  assert.equal(hasHeld({ ...empty, problems: [] }), false)
  const fault = {
    name: 'f',
    title: 'F',
    deployment: 'D',
    means: 'M',
    rounds: { full: 1, quick: 1 },
    run: async () => ({ ...empty, problems: [] }),
  }
  const broke: Result = { kind: 'broke', fault, rounds: 1, error: 'no' }
  const notRun: Result = { kind: 'not-run', fault, rounds: 1, reason: 'no root' }
  assert.equal(judge(broke), 'failed')
  assert.equal(summarise([broke, notRun]), '0 faults held, 1 failed, 1 not run')
})

type Interfere = NonNullable<Conduct['interfere']>

function answerSometimes(status: number, headers: Record<string, string>): Interfere {
  return (request, response, count) => {
    if (request.method !== 'PUT' || count % 3 !== 2) return false
    const refuse = () => response.writeHead(status, headers).end()
    // A client that waits for 100 Continue sends no body.
    if (request.headers.expect) refuse()
    else request.resume().on('end', refuse)
    return true
  }
}

type Means = Partial<Omit<LoadOptions, 'origins' | 'ledger'>>

/** Writers and readers for a moment, then the check. */
async function runAgainst(
  conduct: Conduct,
  means: Means = {},
  enough: Enough = { PUT: 18 },
): Promise<Outcome> {
  await using stand = await openStand(conduct, means)
  const { load, ledger, client, origins } = stand
  await seeEnough(load, enough)
  await load.stop()
  // A fault in every fourth request would happen here too.
  if (conduct.interfere === undefined) await ledger.check(client, origins)
  return ledger.outcome([])
}

type Enough = Readonly<Record<string, number>>

async function seeEnough({ seen }: Load, enough: Enough): Promise<void> {
  const isEnough = ([wanted, count]: [string, number]) =>
    seen.filter(({ method }) => method === wanted).length >= count
  while (!Object.entries(enough).every(isEnough)) await delay(5)
}

async function openStand(conduct: Conduct, means: Means): Promise<AsyncDisposable & Watch> {
  const server = createServer(serveWith(conduct))
  server.on('checkContinue', server.listeners('request')[0] as RequestListener)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const origins = [`http://127.0.0.1:${(server.address() as AddressInfo).port}`]
  const names = ['one', 'two', 'three']
  const ledger = openLedger(names.map(name => ({ name, token: name })))
  const client = createClient()
  const load = startLoad({ origins, ledger, cuts: 'never', refusals: 'allowed', ...means })
  return {
    load,
    ledger,
    client,
    origins,
    async [Symbol.asyncDispose]() {
      await load.stop()
      client.close()
      server.closeAllConnections()
      server.close()
    },
  }
}

function openAlone() {
  const [person, other] = ['one', 'two'].map(name => ({ name, token: name }))
  if (person === undefined || other === undefined) throw new RangeError('nobody')
  return { ledger: openLedger([person, other]), person, other }
}

function serveWith({ keep, remove, show = latest, interfere }: Conduct) {
  const kept = new Map<string, Versions>()
  const of = (name: string | undefined) => kept.get(name ?? '') ?? []
  let count = 0
  return (request: IncomingMessage, response: ServerResponse) => {
    count += 1
    if (interfere?.(request, response, count)) return
    const name = request.headers.authorization ?? ''
    const handle = async () => {
      if (request.method === 'PUT') {
        if (request.headers.expect) response.writeContinue()
        const uploaded = await renderVersion(await readAll(request))
        kept.set(name, keep?.(of(name), uploaded) ?? [...of(name), uploaded])
        response.end()
      } else if (request.method === 'DELETE') {
        kept.set(name, remove?.(of(name)) ?? [...of(name), undefined])
        response.end()
      } else {
        const other = [...kept.keys()].find(key => key !== name)
        const find: Find = size => show(of(name), size, of(other))
        answerRead(request.url ?? '', find, response)
      }
    }
    void handle()
  }
}

type Find = (size: string) => Version | undefined

function answerRead(url: string, find: Find, response: ServerResponse): void {
  const size = /(\d+x\d+)\/\$value/.exec(url)?.[1] ?? '120x120'
  const version = find(size)
  if (version === undefined) return void response.writeHead(404).end()
  const metadata = (id: string) => {
    const [width, height] = id.split('x').map(Number)
    return { id, width, height, '@odata.mediaEtag': version.etag }
  }
  if (url.endsWith('/photos')) {
    response.end(JSON.stringify({ value: [...version.pictures.keys()].map(metadata) }))
  } else if (url.endsWith('/photo')) {
    response.end(JSON.stringify(metadata('120x120')))
  } else {
    response.writeHead(200, { etag: version.etag }).end(version.pictures.get(size))
  }
}

let lastEtag = 0

async function renderVersion(bytes: Buffer): Promise<Version> {
  const render = async (side: number) =>
    [`${side}x${side}`, await sharp(bytes).resize(side).jpeg().toBuffer()] as const
  const pictures = new Map(await Promise.all([48, 64, 96, 120].map(render)))
  return { etag: `"${++lastEtag}"`, pictures }
}

async function readAll(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part)
  return Buffer.concat(parts)
}
