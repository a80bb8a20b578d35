/** How a run of `visage push` ends before it is done: by Ctrl-C, by a second one, or because its journal cannot be written. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { appendFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { readJournal } from '../../src/push/journal-folder.ts'
import { portraitJpeg } from '../support/pictures.ts'
import { inFolder, launchVisage, runVisage } from '../support/visage.ts'
import { type FakeGraph, startFakeGraph } from './fake-graph.ts'

const people = Array.from({ length: 8 }, (_, at) => ({
  id: `id-${at}`,
  userPrincipalName: `p${at}@example.org`,
  displayName: `Person ${at}`,
}))

type Run = Readonly<{ folder: string; graph: FakeGraph; args: readonly string[] }>

async function withPhotos(work: (run: Run) => Promise<void>): Promise<void> {
  await using graph = await startFakeGraph(people)
  await inFolder(async folder => {
    await mkdir(join(folder, 'photos'))
    for (const [seed, { userPrincipalName }] of people.entries()) {
      const jpeg = await portraitJpeg({ width: 48, height: 48, seed: seed + 500 })
      await writeFile(join(folder, 'photos', `${userPrincipalName}.jpg`), jpeg)
    }
    await writeFile(join(folder, 'token'), 'opaque')
    const args = ['push', 'photos', '--to', graph.root, '--token-file', 'token', '--yes']
    await work({ folder, graph, args })
  })
}

async function journalIn(folder: string): Promise<string> {
  const [name = ''] = (await readdir(folder)).filter(one => one.startsWith('visage-push-'))
  return join(folder, name)
}

const writesOf = ({ requests }: FakeGraph) => requests.filter(one => one.startsWith('PUT')).length

/** Passes everything on; a PUT waits until `release`. */
async function startHolding(graph: FakeGraph) {
  let release = () => {}
  const released = new Promise<void>(resolve => {
    release = resolve
  })
  let held = 0
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
    if (request.method === 'PUT') {
      held += 1
      await released
    }
    const { method = 'GET', url = '' } = request
    const answer = await fetch(graph.root + url, {
      method,
      ...(chunks.length > 0 && { body: Buffer.concat(chunks) }),
    })
    response.writeHead(answer.status).end(Buffer.from(await answer.arrayBuffer()))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    root: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    held: () => held,
    release,
    async [Symbol.asyncDispose]() {
      release()
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

async function until(isTrue: () => boolean, hasEnded: () => boolean, what: string): Promise<void> {
  while (!isTrue()) {
    if (hasEnded()) throw new Error(`the run ended before ${what}`)
    await delay(10)
  }
}

describe('Ctrl-C', () => {
  for (const times of [1, 2] as const) {
    const how = times === 1 ? 'ends after what is under way' : 'twice ends at once'
    test(`${how}, with 130, and the same command goes on`, () =>
      withPhotos(async ({ folder, graph, args }) => {
        await using holding = await startHolding(graph)
        const own = args.map(one => (one === graph.root ? holding.root : one))
        const running = launchVisage(own, { cwd: folder })
        let isEnded = false
        void running.ended.then(() => {
          isEnded = true
        })
        const hasEnded = () => isEnded
        await until(() => holding.held() > 0, hasEnded, 'the first photo')
        running.send('SIGINT')
        const said = () => running.stderr().includes('Ctrl-C again ends at once')
        await until(said, hasEnded, 'the first Ctrl-C was read')
        if (times === 2) running.send('SIGINT')
        else holding.release()
        assert.equal((await running.ended).code, 130, running.stderr())
        assert.equal(writesOf(graph), times === 1 ? 1 : 0)
        const { pending, done, isFinished } = await readJournal(await journalIn(folder))
        assert.equal(isFinished, false)
        assert.deepEqual([pending.size, done.size], times === 1 ? [0, 1] : [1, 0])
        holding.release()
        const again = await runVisage(own, { cwd: folder })
        assert.equal(again.code, 0, again.stderr)
        assert.match(again.stdout, /Continues/)
        assert.ok([...graph.photos.values()].every(({ photo }) => photo !== undefined))
        assert.ok(writesOf(graph) <= 9)
      }))
  }
})

describe('a journal that cannot be written any more', {
  skip: process.platform === 'win32' && 'no limits',
}, () => {
  /** Of a file, in blocks of 1,024 bytes: the system then refuses to write, as on a full disk. */
  const limitBlocks = 400
  /** Two photos, each with a line before and after it. */
  const room = 1800

  test('ends the run: nothing more is sent, nothing that was sent is lost, and the same command goes on', () =>
    withPhotos(async ({ folder, graph, args }) => {
      const journal = join(folder, 'visage-push-20260101-000000')
      await mkdir(journal)
      const file = join(journal, 'journal.jsonl')
      const at = '2026-01-01T00:00:00.000Z'
      const begin = {
        line: 'begin',
        version: 1,
        at,
        target: `${graph.root}/v1.0`,
        ...{ kind: 'people', folder: join(folder, 'photos') },
      }
      await writeFile(file, `${JSON.stringify(begin)}\n`)
      const owner = { id: 'other', name: '', address: '', path: '' }
      const filler = { line: 'done', at, ...owner, hash: '', result: 'failed', filler: '' }
      const used = (await readFile(file)).length + JSON.stringify(filler).length + 1
      const left = limitBlocks * 1024 - room - used
      await appendFile(file, `${JSON.stringify({ ...filler, filler: 'x'.repeat(left) })}\n`)
      const through = ['bash', '-c', `ulimit -f ${limitBlocks}; exec "$@"`, 'bash']
      const full = await runVisage(args, { cwd: folder, through })
      assert.equal(full.code, 2, full.stdout + full.stderr)
      assert.match(full.stderr, /The journal cannot be written, so nothing more was sent: EFBIG/)
      assert.doesNotMatch(full.stderr, /\n +at /)
      const sent = writesOf(graph)
      assert.ok(sent > 0 && sent < people.length, String(sent))
      const { pending, done } = await readJournal(journal)
      const known = new Set([...pending.keys(), ...done.keys()])
      for (const { id } of people) if (graph.photos.get(id)?.photo) assert.ok(known.has(id), id)
      const again = await runVisage(args, { cwd: folder })
      assert.equal(again.code, 0, again.stderr)
      assert.match(again.stdout, /Continues/)
      assert.equal(writesOf(graph), people.length)
      assert.ok([...graph.photos.values()].every(({ photo }) => photo !== undefined))
    }))
})
