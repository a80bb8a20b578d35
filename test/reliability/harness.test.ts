/**
 * The harness can fail: a server that forgets, mixes versions, answers 500 or hangs up is found out by
 * ledger and load, and an honest one is not accused.
 */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import sharp from 'sharp'
import { createClient } from './client.ts'
import { hasHeld, type Outcome } from './fault.ts'
import { openLedger } from './ledger.ts'
import { startLoad } from './load.ts'
import { judge, type Result, summarise } from './report.ts'

type Version = Readonly<{ etag: string; pictures: ReadonlyMap<string, Buffer> }>

/** What a server of one person's photo does with an upload and with a read. */
type Conduct = Readonly<{
  keep?: (versions: readonly Version[], uploaded: Version) => readonly Version[]
  show?: (versions: readonly Version[], size: string) => Version | undefined
  interfere?: (request: IncomingMessage, response: ServerResponse, count: number) => boolean
}>

const latest = (versions: readonly Version[]) => versions.at(-1)

test('an honest server holds', async () => {
  const outcome = await runAgainst({})
  assert.ok(hasHeld(outcome), JSON.stringify(outcome))
  assert.ok(outcome.acknowledged > 3)
})

test('an upload acknowledged and forgotten is lost', async () => {
  let uploads = 0
  const outcome = await runAgainst({
    keep: (versions, uploaded) => (++uploads % 3 === 0 ? versions : [...versions, uploaded]),
  })
  assert.ok(outcome.lost > 0)
  assert.match(outcome.problems.join('\n'), /shows \d+; acknowledged \d+/)
})

test('a photo that is gone is lost', async () => {
  const outcome = await runAgainst({ show: () => undefined })
  assert.ok(outcome.lost > 0)
  assert.match(outcome.problems.join('\n'), /shows no photo/)
})

test('sizes of two uploads are torn, under one ETag and under two', async () => {
  const mixed = await runAgainst({
    keep: (versions, uploaded) => {
      const before = versions.at(-1)?.pictures.get('48x48')
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
    show: (versions, size) => (size === '64x64' ? versions.at(-2) : versions.at(-1)),
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

test('503 with Retry-After is counted and held', async () => {
  const outcome = await runAgainst({ interfere: answerSometimes(503, { 'retry-after': '1' }) })
  assert.ok(outcome.refused > 0)
  assert.ok(hasHeld(outcome), JSON.stringify(outcome))
})

test('a cut connection is wrong unless the fault cuts', async () => {
  const interfere: Interfere = (request, _response, count) => {
    if (count % 4 !== 3) return false
    request.socket.destroy()
    return true
  }
  assert.ok((await runAgainst({ interfere }, 'never')).wrongStatus > 0)
  assert.ok(hasHeld(await runAgainst({ interfere }, 'allowed')))
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
    request.resume().on('end', () => response.writeHead(status, headers).end())
    return true
  }
}

/** One writer and two readers for a moment, then the check. */
async function runAgainst(conduct: Conduct, cuts: 'allowed' | 'never' = 'never'): Promise<Outcome> {
  const server = createServer(serveWith(conduct)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const origins = [`http://127.0.0.1:${(server.address() as AddressInfo).port}`]
  const ledger = openLedger([{ name: 'someone', token: 'any' }])
  const client = createClient()
  try {
    const load = startLoad({ origins, ledger, cuts })
    while (load.seen.filter(({ method }) => method === 'PUT').length < 9) await delay(5)
    await load.stop()
    // Whoever hangs up on every fourth request would do so here too.
    if (cuts === 'never' || conduct.interfere === undefined) await ledger.check(client, origins)
    return ledger.outcome([])
  } finally {
    client.close()
    server.closeAllConnections()
    server.close()
  }
}

function serveWith({ keep, show = latest, interfere }: Conduct) {
  let versions: readonly Version[] = []
  let count = 0
  return (request: IncomingMessage, response: ServerResponse) => {
    count += 1
    if (interfere?.(request, response, count)) return
    const handle = async () => {
      if (request.method === 'PUT') {
        const uploaded = await renderVersion(await readAll(request))
        versions = keep?.(versions, uploaded) ?? [...versions, uploaded]
        response.end()
      } else answerRead(request.url ?? '', versions, show, response)
    }
    void handle()
  }
}

function answerRead(
  url: string,
  versions: readonly Version[],
  show: NonNullable<Conduct['show']>,
  response: ServerResponse,
): void {
  const size = /(\d+x\d+)\/\$value/.exec(url)?.[1] ?? '120x120'
  const version = show(versions, size)
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
