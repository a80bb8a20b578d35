/**
 * `visage backup` as an operator runs it: during writes to a server, again into the same folder, and then with a server
 * on the backup.
 */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import {
  link,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { migrateStores } from '../../src/serving/stores.ts'
import { backUp } from '../../src/upkeep/backup.ts'
import { drawNumber, readNumber } from '../reliability/numbered-picture.ts'
import {
  contoso,
  ourAudience,
  startTestIssuer,
  type TestIssuer,
  v2User,
} from '../support/test-issuer.ts'
import { inFolder, runVisage, startVisage } from '../support/visage.ts'

let issuer: TestIssuer
before(async () => {
  issuer = await startTestIssuer()
})
after(() => issuer[Symbol.asyncDispose]())

const serve = (cwd: string, data: string) =>
  startVisage(['serve', '--data', data], {
    cwd,
    env: {
      VISAGE_ISSUER: `${issuer.origin}/${contoso}/v2.0`,
      VISAGE_ISSUER_PRESET: 'entra',
      VISAGE_AUDIENCE: ourAudience,
      VISAGE_PORT: '0',
    },
  })

/** One of several people; sets photos one after another, each with the next number. */
class Writer {
  acknowledged = 0
  sent = 0
  #isWriting = true
  readonly #token: string

  constructor() {
    const iss = `${issuer.origin}/${contoso}/v2.0`
    const oid = randomUUID()
    const preferred_username = `${oid}@contoso.example`
    this.#token = issuer.sign(v2User(Date.now(), { iss, oid, preferred_username }))
  }

  async set(origin: string): Promise<void> {
    this.sent += 1
    const body = Uint8Array.from(await drawNumber(this.sent))
    const { status } = await this.#call(origin, { method: 'PUT', body })
    assert.equal(status, 200)
    this.acknowledged = this.sent
  }

  async setUntilStopped(origin: string): Promise<void> {
    while (this.#isWriting) await this.set(origin)
  }

  stop(): void {
    this.#isWriting = false
  }

  /** The number of the photo; undefined for a mixture or half of one. */
  async read(origin: string): Promise<number> {
    const answer = await this.#call(origin, {})
    assert.equal(answer.status, 200)
    return await readNumber(await answer.bytes())
  }

  #call(origin: string, init: RequestInit): Promise<Response> {
    const headers = { authorization: `Bearer ${this.#token}`, 'content-type': 'image/jpeg' }
    return fetch(`${origin}/v1.0/me/photo/$value`, { ...init, headers })
  }
}

const packsIn = async (data: string) => {
  const names = await readdir(join(data, 'packs'), { recursive: true })
  return names.filter(name => name.endsWith('.jpg'))
}

test('a backup during uploads contains everything that was acknowledged before it', () =>
  inFolder(async cwd => {
    const visage = await serve(cwd, 'data')
    const writers = Array.from({ length: 4 }, () => new Writer())
    for (const writer of writers) await writer.set(visage.origin)
    const writing = writers.map(writer => writer.setUntilStopped(visage.origin))
    for (let round = 1; round <= 3; round += 1) {
      await delay(200)
      const before = writers.map(({ acknowledged }) => acknowledged)
      const backup = await runVisage(['backup', '--data', 'data', '--to', 'kept'], { cwd })
      const sent = writers.map(writer => writer.sent)
      assert.deepEqual([backup.code, backup.stdout], [0, ''])
      assert.match(backup.stderr, /^kept contains 4 photos and the whole directory: \d copied now/)
      assert.equal((await packsIn(join(cwd, 'kept'))).length, 4)

      const checked = await runVisage(['verify', '--data', 'kept'], { cwd })
      assert.equal(checked.code, 0, checked.stdout + checked.stderr)
      const restored = await serve(cwd, 'kept')
      for (const [at, writer] of writers.entries()) {
        const number = await writer.read(restored.origin)
        const [from = 0, to = 0] = [before[at], sent[at]]
        assert.ok(from <= number && number <= to, `${from} <= ${number} <= ${to}`)
      }
      assert.deepEqual(await restored.stop(), { code: 0, signal: null })
    }
    for (const writer of writers) writer.stop()
    await Promise.all(writing)
    assert.deepEqual(await visage.stop(), { code: 0, signal: null })
    assert.ok(writers.every(({ acknowledged }) => acknowledged > 3))
  }))

test('the next backup copies new packs, repairs incomplete ones and removes unused ones', () =>
  inFolder(async cwd => {
    const [data, to] = [join(cwd, 'data'), join(cwd, 'kept')]
    const writers = [new Writer(), new Writer(), new Writer()] as const
    const visage = await serve(cwd, 'data')
    for (const writer of writers) await writer.set(visage.origin)
    const nothing = { photos: 3, copied: 0, removed: 0, missing: [] }
    assert.deepEqual(await backUp(data, to, Date.now), { ...nothing, copied: 3 })
    assert.deepEqual(await backUp(data, to, Date.now), nothing)
    await writers[0].set(visage.origin)
    await delay(5)
    assert.deepEqual(await backUp(data, to, Date.now), { ...nothing, copied: 1, removed: 1 })
    // As in the handbook for backups of several days.
    await promisify(execFile)('cp', ['-al', to, join(cwd, 'kept-before')])
    await writers[1].set(visage.origin)
    await visage.stop()
    assert.deepEqual(await backUp(data, to, Date.now), { ...nothing, copied: 1, removed: 1 })
    const before = await serve(cwd, 'kept-before')
    assert.equal(await writers[1].read(before.origin), 1)
    await before.stop()
    const [pack = ''] = await packsIn(to)
    await truncate(join(to, 'packs', pack), 100)
    assert.deepEqual(await backUp(data, to, Date.now), { ...nothing, copied: 1 })
  }))

test('a missing or incomplete photo is reported, and the rest is in the backup', () =>
  inFolder(async cwd => {
    const visage = await serve(cwd, 'data')
    const [lost, short, safe] = [new Writer(), new Writer(), new Writer()]
    await lost.set(visage.origin)
    const [first = ''] = await packsIn(join(cwd, 'data'))
    await rm(join(cwd, 'data', 'packs', first))
    await short.set(visage.origin)
    const [second = ''] = await packsIn(join(cwd, 'data'))
    await truncate(join(cwd, 'data', 'packs', second), 100)
    await safe.set(visage.origin)
    await visage.stop()
    const { code, stderr } = await runVisage(['backup', '--to', 'kept'], { cwd })
    assert.equal(code, 1)
    assert.match(stderr, /^kept contains 1 photo .*: 1 copied now, 0 there before, 0 removed\.$/m)
    assert.match(
      stderr,
      /^visage: 2 photos missing or damaged in \.\/data, such as version [0-9a-f]{32}/m,
    )
    const restored = await serve(cwd, 'kept')
    assert.equal(await safe.read(restored.origin), 1)
  }))

/** Each row: what the folder of the backup is, and how it is created. */
const disguises: Readonly<Record<string, (cwd: string) => Promise<void>>> = {
  'a link to the data': cwd => symlink('data', join(cwd, 'kept')),
  'a link into the data': cwd => symlink('data/packs', join(cwd, 'kept')),
  'a folder whose pictures are those of the data': async cwd => {
    await mkdir(join(cwd, 'kept'))
    await symlink('../data/packs', join(cwd, 'kept/packs'))
  },
  'where the pictures of the data really are': async cwd => {
    await rename(join(cwd, 'data/packs'), join(cwd, 'kept'))
    await symlink('../kept', join(cwd, 'data/packs'))
  },
  // In place of a folder that is mounted twice: it too is the same file by another path.
  'a folder whose database is that of the data': async cwd => {
    await mkdir(join(cwd, 'kept'))
    await link(join(cwd, 'data/visage.sqlite'), join(cwd, 'kept/visage.sqlite'))
  },
}

for (const [what, disguise] of Object.entries(disguises)) {
  test(`visage backup changes neither ${what} nor the data that is being served`, () =>
    inFolder(async cwd => {
      const visage = await serve(cwd, 'data')
      const writer = new Writer()
      await writer.set(visage.origin)
      await disguise(cwd)
      await writer.set(visage.origin)
      const { code, stderr } = await runVisage(['backup', '--to', 'kept'], { cwd })
      assert.equal(code, 1)
      assert.match(stderr, /one is inside the other/)
      await writer.set(visage.origin)
      await visage.stop()
      const again = await serve(cwd, 'data')
      assert.equal(await writer.read(again.origin), 3)
      await again.stop()
    }))
}

const refusals: readonly (readonly [string, readonly string[], Record<string, string>, RegExp])[] =
  [
    ['no folder to copy to', [], {}, /Required option '--to <folder>' not specified/],
    ['a folder inside the data', ['--to', 'data/kept'], {}, /one is inside the other/],
    ['the data itself', ['--to', './data/.'], {}, /one is inside the other/],
    ['the folder around the data', ['--to', '.'], {}, /one is inside the other/],
    [
      'no database',
      ['--data', 'none', '--to', 'kept'],
      {},
      /^visage: There is no none.visage\.sqlite/,
    ],
    [
      'a database that cannot be read',
      ['--to', 'unread'],
      {},
      /unread.visage\.sqlite is not a SQLite/,
    ],
    [
      'the data of another Visage',
      ['--to', 'other'],
      {},
      /visage\.sqlite belongs to another Visage/,
    ],
    [
      'a database elsewhere',
      ['--to', 'kept'],
      { VISAGE_DATABASE: 'postgres://db.example/visage' },
      /^visage: VISAGE_DATABASE is set: .*pg_dump/,
    ],
    [
      'photos elsewhere',
      ['--to', 'kept'],
      { VISAGE_PACKS: 's3://photos/visage' },
      /^visage: VISAGE_PACKS is set/,
    ],
  ]

for (const [what, flags, env, pattern] of refusals) {
  test(`visage backup refuses ${what} with a message`, () =>
    inFolder(async cwd => {
      for (const data of ['data', 'other']) await migrateStores({ data: join(cwd, data) })
      await mkdir(join(cwd, 'unread'))
      await writeFile(join(cwd, 'unread/visage.sqlite'), 'no database')
      const { code, stdout, stderr } = await runVisage(['backup', ...flags], { cwd, env })
      assert.ok(code === 1 || code === 2)
      assert.equal(stdout, '')
      assert.match(stderr, pattern)
      assert.deepEqual((await readdir(cwd)).sort(), ['data', 'other', 'unread'])
      assert.equal(await readFile(join(cwd, 'unread/visage.sqlite'), 'utf8'), 'no database')
    }))
}
