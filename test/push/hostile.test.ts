/** `visage push` and `undo` with files and servers that mean harm: a journal, a plan and lists that somebody else wrote. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { readJournal } from '../../src/push/journal-folder.ts'
import { portraitJpeg } from '../support/pictures.ts'
import { startFakeGraph } from './fake-graph.ts'
import { openStand, type Stand } from './stand.ts'

const jpeg = await portraitJpeg({ width: 240, height: 240, seed: 7 })
const ann = { id: 'id-0', userPrincipalName: 'ann@example.org', displayName: 'Ann' }

/** One photo that push has replaced. */
async function withPushed(work: (stand: Stand, journal: string) => Promise<void>): Promise<void> {
  await using graph = await startFakeGraph([ann])
  graph.set('id-0', await portraitJpeg({ width: 300, height: 300, seed: 8 }))
  await using stand = await openStand(graph.root, 'opaque')
  await stand.add('ann@example.org.jpg', jpeg)
  assert.equal((await stand.push()).code, 0)
  const [journal = ''] = await stand.journals()
  const before = graph.requests.length
  await work(stand, journal)
  const written = graph.requests.slice(before).filter(one => !one.startsWith('GET'))
  assert.deepEqual(written, [])
}

async function change(journal: string, from: string, to: string): Promise<void> {
  const path = join(journal, 'journal.jsonl')
  const text = await readFile(path, 'utf8')
  assert.ok(text.includes(from))
  await writeFile(path, text.replaceAll(from, to))
}

describe('undo of a journal that somebody else wrote', () => {
  const changes: readonly (readonly [what: string, from: string, to: string])[] = [
    ['an id that leads to another address', '"id":"id-0"', '"id":"../groups/id-0"'],
    ['an id that is a step up', '"id":"id-0"', '"id":".."'],
    ['an id that is no text', '"id":"id-0"', '"id":[]'],
    ['another kind', '"kind":"people"', '"kind":"constructor"'],
    ['no former photo', '"former":{', '"former":null,"x":{'],
    ['a former photo that is elsewhere', 'id-0.jpg', '../../secret.jpg'],
  ]
  for (const [what, from, to] of changes) {
    test(`changes nothing for ${what}`, () =>
      withPushed(async (stand, journal) => {
        await change(journal, from, to)
        const { code, stderr } = await stand.undo(journal)
        assert.equal(code, 1, stderr)
        assert.doesNotMatch(stderr, /\n +at /)
      }))
  }

  test('gives no token to an address that the journal alone names', () =>
    withPushed(async (stand, journal) => {
      const { begin } = await readJournal(journal)
      await change(journal, begin.target, 'https://elsewhere.example/v1.0')
      const asked: unknown[] = []
      const fetch: typeof globalThis.fetch = async input => {
        asked.push(input)
        return new Response(null, { status: 404 })
      }
      const alone = await stand.undo(journal, {}, { fetch })
      assert.equal(alone.code, 1)
      assert.match(alone.stderr, /the journal is for https:\/\/elsewhere.* Say so with --to/i)
      const other = await stand.undo(journal, { to: 'https://photos.example' }, { fetch })
      assert.match(other.stderr, /the journal is for .*, not https:\/\/photos\.example/i)
      assert.deepEqual(asked, [])
      await stand.undo(journal, { to: 'https://elsewhere.example' }, { fetch })
      assert.ok(asked.length > 0)
    }))

  test('sends no file of this machine that a link leads to', () =>
    withPushed(async (stand, journal) => {
      const photo = join(journal, 'former', 'id-0.jpg')
      await writeFile(join(stand.folder, 'secret'), 'private key')
      await rm(photo)
      await symlink(join(stand.folder, 'secret'), photo)
      const { code, stderr } = await stand.undo(journal)
      assert.equal(code, 1, stderr)
      assert.match(stderr, /cannot be read/)
    }))

  test('sends nothing of another folder that a link leads to', () =>
    withPushed(async (stand, journal) => {
      const other = join(stand.folder, 'other')
      await mkdir(other)
      await writeFile(join(other, 'id-0.jpg'), jpeg)
      await rm(join(journal, 'former'), { recursive: true })
      await symlink(other, join(journal, 'former'))
      assert.equal((await stand.undo(journal)).code, 1)
    }))
})

describe('names that mean harm', () => {
  test('run nowhere: not in the terminal, the pages or the spreadsheet', async () => {
    const evil = '=<img src=x onerror=alert(1)>"\x1b[2J\u202e'
    const address = 'a<script>\'"&@example.org'
    await using graph = await startFakeGraph([
      { id: 'id-0', userPrincipalName: address, displayName: evil },
    ])
    await using stand = await openStand(graph.root, 'opaque')
    await stand.add(`${address}.jpg`, jpeg)
    for (const name of [
      '-rf.jpg',
      '\x1b]0;x\x07.jpg',
      '$(id).jpg',
      'a\nb.jpg',
      `${'x'.repeat(251)}.jpg`,
    ])
      await stand.add(name, jpeg)
    const { code, stdout, stderr } = await stand.push()
    assert.equal(code, 0, stderr)
    assert.match(stdout, /unknown +5/)
    assert.doesNotMatch(stdout + stderr, /(?!\n)[\p{Cc}\p{Cf}]/u)
    const [journal = ''] = await stand.journals()
    for (const page of ['plan.html', 'report.html']) {
      const html = await readFile(join(journal, page), 'utf8')
      assert.match(html, /&lt;img src=x/)
      assert.doesNotMatch(html, /<img src=x|<script/)
      assert.match(html, /default-src 'none'/)
    }
    const csv = await readFile(join(journal, 'report.csv'), 'utf8')
    assert.doesNotMatch(csv, /(^|,)"?=/m)
    assert.deepEqual(await readdir(stand.photos).then(names => names.length), 6)
    assert.deepEqual(await readFile(join(stand.photos, '-rf.jpg')), jpeg)
  })
})

describe('a list that somebody else wrote', () => {
  const lists: readonly (readonly [what: string, text: string, code: number])[] = [
    ['names files outside of the folder', 'file,id\n../token,id-0\n/etc/passwd,id-0\n', 3],
    ['is no text', '\0\x01\xff\xfe'.repeat(1000), 1],
    ['is empty', '', 1],
    ['has columns that are no properties', 'file,__proto__\nann.jpg,x\n', 1],
    ['has escape sequences for columns', '\x1b[2J,\x1b]0;x\x07\na,b\n', 1],
    ['has a quote without an end', `file,id\n"${'a'.repeat(100_000)}`, 1],
  ]
  for (const [what, text, expected] of lists) {
    test(`and that ${what} sets no photo`, async () => {
      await using graph = await startFakeGraph([ann])
      await using stand = await openStand(graph.root, 'opaque')
      await stand.add('ann.jpg', jpeg)
      const map = join(stand.folder, 'people.csv')
      await writeFile(map, text)
      const { code, stdout, stderr } = await stand.push({ map })
      assert.equal(code, expected, stderr)
      assert.doesNotMatch(stdout + stderr, /(?!\n)[\p{Cc}\p{Cf}]|\n +at /u)
      assert.ok(graph.requests.every(one => one.startsWith('GET')))
    })
  }
})

describe('a plan that somebody else wrote', () => {
  const head = (folder: string, target: string) => ({
    plan: 1,
    ...{ target, kind: 'people', folder, isMissingOnly: false },
    preparing: { crop: 'centre', maxBytes: 4_000_000 },
  })
  const planned = {
    person: { id: 'id-0', name: 'Ann', address: 'ann' },
    ...{ path: 'ann@example.org.jpg', by: 'id', isFolded: false, hash: '0'.repeat(64) },
  }
  const changes: Readonly<Record<string, unknown>> = {
    'leads out of the folder': { ...planned, path: '../secret.jpg' },
    'has an id that leads elsewhere': { ...planned, person: { ...planned.person, id: '../me' } },
    'has a person of another form': { ...planned, person: null },
    'has a picture that nobody approved': planned,
  }
  for (const [what, line] of Object.entries(changes)) {
    test(`and that ${what} sets no photo`, async () => {
      await using graph = await startFakeGraph([ann])
      await using stand = await openStand(graph.root, 'opaque')
      await stand.add('ann@example.org.jpg', jpeg)
      const apply = join(stand.folder, 'plan.jsonl')
      const lines = [head(stand.photos, `${graph.root}/v1.0`), line]
      await writeFile(apply, lines.map(one => `${JSON.stringify(one)}\n`).join(''))
      const { code, stderr } = await stand.push({ apply })
      assert.ok(code === 1 || code === 2, `${code} ${stderr}`)
      assert.ok(graph.requests.every(one => one.startsWith('GET')))
    })
  }
})

describe('a server', () => {
  test('whose answer has no end is left after 16 MB', async () => {
    let chunks = 0
    const endless: typeof fetch = async () =>
      new Response(
        new ReadableStream({
          pull(controller) {
            chunks += 1
            controller.enqueue(new Uint8Array(1024 * 1024))
          },
        }),
      )
    await using stand = await openStand('http://127.0.0.1:9', 'opaque')
    await stand.add('ann@example.org.jpg', jpeg)
    const { code, stderr } = await stand.push({}, { fetch: endless })
    assert.equal(code, 4)
    assert.match(stderr, /larger than 16 MB/)
    assert.ok(chunks < 8 * 20, String(chunks))
  })

  test('that refuses a token once gets the new one of the file, and the run goes on', async () => {
    await using graph = await startFakeGraph([ann])
    await using stand = await openStand(graph.root, 'old')
    await stand.add('ann@example.org.jpg', jpeg)
    const refusing: typeof fetch = async (input, init) => {
      const token = new Headers(init?.headers).get('authorization')
      if (token === 'Bearer new') return await fetch(input, init)
      await writeFile(join(stand.folder, 'token'), 'new')
      return new Response(null, { status: 401 })
    }
    const { code, stderr } = await stand.push({}, { fetch: refusing })
    assert.equal(code, 0, stderr)
    assert.ok(graph.photos.get('id-0')?.photo)
  })

  test('that lists what is no person is read past', async () => {
    const bad = ['..', 'a/b', 'a?b', 'a%2fb', '\ud800', 'a\n'].map(id => ({ ...ann, id }))
    const people = [null, 5, 'text', {}, ...bad, ann] as unknown as (typeof ann)[]
    await using server = await startServer(() => [200, JSON.stringify({ value: people })])
    await using stand = await openStand(server.root, 'opaque')
    await stand.add('ann@example.org.jpg', jpeg)
    const { stdout, stderr } = await stand.push({ dryRun: true })
    assert.doesNotMatch(stderr, /\n +at /)
    assert.doesNotMatch(stdout, /ambiguous/)
    assert.ok(server.requests.every(path => /^\/v1\.0\/users(\?|\/id-0\/)/.test(path)))
  })

  test('whose list has no end is left after a number of pages', async () => {
    let page = 0
    await using stand = await openStand('http://127.0.0.1:9', 'opaque')
    await stand.add('ann@example.org.jpg', jpeg)
    const endless: typeof fetch = async () =>
      Response.json({
        value: [],
        '@odata.nextLink': `http://127.0.0.1:9/v1.0/users?page=${++page}`,
      })
    const { code, stderr } = await stand.push({}, { fetch: endless })
    assert.equal(code, 4)
    assert.match(stderr, /has no end/)
    assert.equal(page, 20_000)
  })

  const answers: Readonly<Record<string, readonly [number, string]>> = {
    'with a page for everything': [200, '<html>'],
    'with null for everything': [200, 'null'],
    'with a redirect to another host': [307, ''],
    'with a refusal that is not Graph': [403, 'null'],
    'with escape sequences in its refusal': [
      403,
      JSON.stringify({ error: { code: '\x1b[2J', message: '\x1b]0;x\x07\u202e' } }),
    ],
  }
  for (const [what, answer] of Object.entries(answers)) {
    test(`${what} ends with 4, in words without a control character`, async () => {
      await using server = await startServer(() => answer)
      await using stand = await openStand(server.root, 'opaque')
      await stand.add('ann@example.org.jpg', jpeg)
      const { code, stdout, stderr } = await stand.push()
      assert.equal(code, 4, stderr)
      assert.doesNotMatch(stdout + stderr, /(?!\n)[\p{Cc}\p{Cf}]|\n +at /u)
      assert.equal(server.requests.length, 1)
    })
  }
})

/** The same answer to everything. */
async function startServer(answer: () => readonly [number, string]) {
  const requests: string[] = []
  const server = createServer((request, response) => {
    requests.push(request.url ?? '')
    const [status, body] = answer()
    response.writeHead(status, { location: 'http://127.0.0.1:9/', 'request-id': 'r' }).end(body)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    root: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
