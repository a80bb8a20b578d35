/** The journal of a run: what it says after a crash, who may use it, and how it is forgotten. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { appendFile, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { forget } from '../../src/push/forget.ts'
import { openJournal, readFormer } from '../../src/push/journal.ts'
import { createFolder, findLatest, lock, readJournal } from '../../src/push/journal-folder.ts'
import type { Line } from '../../src/push/journal-lines.ts'
import { Stopped } from '../../src/push/stopped.ts'

const at = '2026-11-28T00:00:00.000Z'
const series = { target: 'https://a/v1.0', kind: 'people', folder: '/photos' } as const
const begin: Line = { line: 'begin', version: 1, at, ...series }
const owner = { id: '1', name: 'A', address: 'a@b', path: 'a.jpg', at }
const sending: Line = { line: 'sending', ...owner, hash: 'h', likeness: '', former: {} }
const done: Line = { line: 'done', ...owner, hash: 'h', result: 'set', etag: '"e"' }

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'visage-journal-'))
  try {
    await work(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function writeAll(folder: string, ...lines: readonly Line[]): Promise<void> {
  await using journal = await openJournal(folder)
  await Promise.all(lines.map(line => journal.write(line)))
}

describe('a journal', () => {
  test('knows what was sent without an outcome', () =>
    inFolder(async folder => {
      await writeAll(folder, begin, sending)
      assert.ok((await readJournal(folder)).pending.has('1'))
      await writeAll(folder, done)
      const { pending, done: outcomes, isFinished } = await readJournal(folder)
      assert.equal(pending.size, 0)
      assert.equal(outcomes.get('1')?.etag, '"e"')
      assert.equal(isFinished, false)
    }))

  test('keeps the first former photo of somebody who was sent two', () =>
    inFolder(async folder => {
      const second: Line = { ...sending, former: { file: 'ours.jpg' } }
      const first: Line = { ...sending, former: { file: 'theirs.jpg' } }
      await writeAll(folder, begin, first, done, second, done)
      assert.equal((await readJournal(folder)).first.get('1')?.former.file, 'theirs.jpg')
    }))

  test('puts back what was there at the time of the write that worked', () =>
    inFolder(async folder => {
      const refused: Line = { ...sending, former: { file: 'older.jpg' } }
      const worked: Line = { ...sending, former: { file: 'newer.jpg' } }
      await writeAll(folder, begin, refused, worked, done)
      assert.equal((await readJournal(folder)).first.get('1')?.former.file, 'newer.jpg')
    }))

  test('that a crash cut within a line goes on behind the last whole one', () =>
    inFolder(async folder => {
      await writeAll(folder, begin, sending)
      await appendFile(join(folder, 'journal.jsonl'), '{"line":"done","id":')
      assert.equal((await readJournal(folder)).pending.size, 1)
      await writeAll(folder, done)
      assert.equal((await readJournal(folder)).done.size, 1)
    }))

  test('that is broken in the middle is refused with the line', () =>
    inFolder(async folder => {
      await writeAll(folder, begin)
      await appendFile(join(folder, 'journal.jsonl'), 'rubbish\n')
      await assert.rejects(readJournal(folder), /line 2/)
    }))

  test('gives no file outside of its former photos', () =>
    inFolder(async folder => {
      for (const name of ['../../etc/passwd', 'a/b.jpg', '..', 'x']) {
        await assert.rejects(readFormer(folder, name), Stopped)
      }
    }))

  test('keeps photos of owners with any id', () =>
    inFolder(async folder => {
      await using journal = await openJournal(folder)
      const names = []
      for (const id of ['../x', 'a/b', '.', 'x'.repeat(500), '陈', '陈']) {
        names.push(await journal.keepFormer(id, Buffer.from(id)))
      }
      assert.equal(new Set(names).size, names.length)
      for (const name of names) assert.ok((await readFormer(folder, name)).length > 0)
    }))

  test('is found again by target, kind and folder, the latest first', () =>
    inFolder(async parent => {
      const [old, other, latest] = [
        await createFolder(parent, 1000),
        await createFolder(parent, 3000),
        await createFolder(parent, 2000),
      ]
      await writeAll(old, begin)
      await writeAll(latest, begin)
      await writeAll(other, { ...begin, target: 'https://b/v1.0' })
      await createFolder(parent, 9000)
      assert.equal((await findLatest(parent, series))?.folder, latest)
    }))
})

describe('the lock of a journal', () => {
  test('lets one run in', () =>
    inFolder(async folder => {
      const held = await lock(folder)
      await assert.rejects(lock(folder), /another run uses/)
      await held[Symbol.asyncDispose]()
      await (await lock(folder))[Symbol.asyncDispose]()
    }))

  const lockOf = (pid: number | undefined) => `lock-${pid}-${randomUUID()}`

  test('of a process that was killed does not count', () =>
    inFolder(async folder => {
      const child = spawn(process.execPath, ['--eval', ''])
      await once(child, 'exit')
      await writeFile(join(folder, lockOf(child.pid)), '')
      await (await lock(folder))[Symbol.asyncDispose]()
      assert.deepEqual(await readdir(folder), [])
    }))

  test('of a former process with our number, as containers have, does not count', () =>
    inFolder(async folder => {
      const path = join(folder, lockOf(process.pid))
      await writeFile(path, '')
      await assert.rejects(lock(folder), /another run uses/)
      await utimes(path, 0, 0)
      await (await lock(folder))[Symbol.asyncDispose]()
    }))

  test('lets never two in that find a dead one at once', () =>
    inFolder(async folder => {
      const child = spawn(process.execPath, ['--eval', ''])
      await once(child, 'exit')
      for (let round = 0; round < 50; round++) {
        await writeFile(join(folder, lockOf(child.pid)), '')
        const tries = await Promise.allSettled([1, 2, 3].map(() => lock(folder)))
        const held = tries.flatMap(one => (one.status === 'fulfilled' ? [one.value] : []))
        assert.ok(held.length <= 1, `round ${round}`)
        for (const one of held) await one[Symbol.asyncDispose]()
        await (await lock(folder))[Symbol.asyncDispose]()
      }
    }))
})

describe('push --forget', () => {
  test('removes the folder of a run', () =>
    inFolder(async parent => {
      const folder = await createFolder(parent, 0)
      await writeAll(folder, begin)
      assert.deepEqual(await forget(folder), [])
      assert.deepEqual(await readdir(parent), [])
    }))

  test('removes the folder of a plan that was only shown, or was declined', () =>
    inFolder(async parent => {
      for (const isDeclined of [false, true]) {
        const folder = await createFolder(parent, 0)
        await writeFile(join(folder, 'plan.html'), 'faces')
        if (isDeclined) await writeAll(folder)
        assert.deepEqual(await forget(folder), [])
        assert.deepEqual(await readdir(parent), [])
      }
    }))

  test('leaves what somebody else put there', () =>
    inFolder(async parent => {
      const folder = await createFolder(parent, 0)
      await writeAll(folder, begin)
      await writeFile(join(folder, 'notes.txt'), 'mine')
      assert.deepEqual(await forget(folder), ['notes.txt'])
      assert.equal(await readFile(join(folder, 'notes.txt'), 'utf8'), 'mine')
    }))

  test('refuses any other folder, and one that is in use', () =>
    inFolder(async folder => {
      await assert.rejects(forget(folder), /no journal/)
      await writeFile(join(folder, 'plan.html'), 'a plan of something else')
      await assert.rejects(forget(folder), /no journal/)
      await writeAll(folder, begin)
      await using _ = await lock(folder)
      await assert.rejects(forget(folder), /another run/)
    }))
})
