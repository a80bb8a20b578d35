/** `visage move`, `verify` and `erase` as an operator runs them, while servers run. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdir, readdir, readFile, truncate, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { portraitJpeg } from '../support/pictures.ts'
import { type PostgresServer, startPostgres } from '../support/postgres.ts'
import {
  contoso,
  ourAudience,
  startTestIssuer,
  type TestIssuer,
  v2App,
} from '../support/test-issuer.ts'
import { inFolder, launchVisage, type Running, runVisage, startVisage } from '../support/visage.ts'

let issuer: TestIssuer
let postgres: PostgresServer
before(async () => {
  issuer = await startTestIssuer()
  postgres = await startPostgres()
})
after(async () => {
  await issuer[Symbol.asyncDispose]()
  await postgres[Symbol.asyncDispose]()
})

const people = Array.from({ length: 120 }, (_, index) => `person-${index}`)

const personColumns = `tenant_id, id, user_principal_name, user_principal_name_key, display_name, user_type,
  search_text`

test('a served store moves to PostgreSQL through kills, and answers there byte for byte', () =>
  inFolder(async cwd => {
    const source = await serveAndFill(cwd)
    const url = await postgres.createDatabase()
    const args = ['move', '--from-data', 'here', '--to-data', 'there']
    const place = { cwd, env: { VISAGE_TO_DATABASE: url } }
    for (let round = 0; round < 6; round += 1) {
      const moving = launchVisage(args, place)
      await delay(500 + round * 80)
      // A photo is set at the source during the move, and the move is killed.
      assert.equal((await put(source, `person-${round}`, 1000 + round)).status, 200)
      moving.send('SIGKILL')
      await moving.ended
    }
    await source.stop()
    const readOnly = await startVisage(['serve', '--data', 'here', '--read-only'], {
      cwd,
      env: settings(),
    })
    const refused = await put(readOnly, 'person-1', 5)
    assert.deepEqual([refused.status, refused.headers.get('retry-after')], [503, '30'])
    const last = await runVisage(args, place)
    assert.equal(last.code, 0, last.stderr)
    assert.match(last.stdout, /^120 people, 120 photos at the source\.$/m)
    assert.doesNotMatch(last.stdout + last.stderr, /only-in-tests/)
    const again = await runVisage(args, place)
    assert.deepEqual([again.code, /Nothing had changed/.test(again.stdout)], [0, true])
    const target = await startVisage(['serve', '--data', 'there'], {
      cwd,
      env: { ...settings(), VISAGE_DATABASE: url },
    })
    for (const person of people) {
      for (const part of ['photo/$value', 'photos/64x64/$value', 'photos']) {
        const [one, other] = [await get(readOnly, person, part), await get(target, person, part)]
        assert.deepEqual([one.status, other.status], [200, 200])
        assert.equal(other.headers.get('etag'), one.headers.get('etag'))
        const [here, there] = [await one.text(), await other.text()]
        assert.equal(there.replaceAll(target.origin, readOnly.origin), here)
      }
    }
    const verified = await runVisage(['verify', '--data', 'there'], {
      cwd,
      env: { VISAGE_DATABASE: url },
    })
    assert.equal(verified.code, 0, verified.stdout)
    // A server has run at the destination, so the source here is outdated.
    assert.equal((await put(target, 'person-1', 9)).status, 200)
    const late = await runVisage(args, place)
    assert.equal(late.code, 1)
    assert.match(late.stderr, /was not changed: .*a server has written to it since/)
    assert.doesNotMatch(late.stderr, /Run the same command again|only-in-tests/)
  }))

test('with --from and --to a move uses the places in the settings of serve, in both directions', () =>
  inFolder(async cwd => {
    assert.equal((await runVisage(['migrate', '--data', 'here'], { cwd })).code, 0)
    const env = { VISAGE_DATA: 'here', VISAGE_DATABASE: await postgres.createDatabase() }
    const there = ['move', '--from', 'sqlite/disk', '--to', 'postgres/disk']
    const first = await runVisage(there, { cwd, env: { ...env, VISAGE_TO_DATA: 'there' } })
    assert.equal(first.code, 0, first.stderr)
    assert.match(first.stderr, /^From \S+here.visage\.sqlite, photos \S+here.packs$/m)
    assert.match(first.stderr, /^to {3}postgres:\S+, photos \S+there.packs$/m)
    const back = await runVisage(['move', '--from', 'postgres/disk', '--to', 'sqlite/disk'], {
      cwd,
      env: { ...env, VISAGE_DATA: 'back', VISAGE_FROM_DATA: 'there' },
    })
    assert.equal(back.code, 0, back.stderr)
    assert.match(back.stderr, /^to {3}\S+back.visage\.sqlite, photos \S+back.packs$/m)
    const wrong = await runVisage(there, {
      cwd,
      env: { ...env, VISAGE_DATABASE: 'mysql://geheim' },
    })
    assert.match(wrong.stderr, /^visage: VISAGE_DATABASE \(--database\) is not postgres:/)
  }))

test('Ctrl-C ends a move in order, with advice how to continue', () =>
  inFolder(async cwd => {
    const source = await serveAndFill(cwd)
    const moving = launchVisage(['move', '--from-data', 'here', '--to-data', 'there'], { cwd })
    while (!moving.stderr().includes('\nto ')) await delay(5)
    moving.send('SIGINT')
    const { code } = await moving.ended
    assert.equal(code, 130)
    assert.match(
      moving.stderr(),
      /Ended before it was done\. Run the same command again to continue\./,
    )
    const early = await runVisage(['serve', '--data', 'there'], { cwd, env: settings() })
    assert.equal(early.code, 1)
    assert.match(early.stderr, /has not finished: run it again/)
    assert.equal((await get(source, 'person-5', 'photo/$value')).status, 200)
    const { code: done } = await runVisage(['move', '--from-data', 'here', '--to-data', 'there'], {
      cwd,
    })
    assert.equal(done, 0)
  }))

test('verify lists damaged photos, for people and for programs, and move refuses to copy them', () =>
  inFolder(async cwd => {
    await serveAndFill(cwd)
    const [first, second] = await versionsIn(cwd, 'here')
    await truncate(packFile(cwd, first), 100)
    await writeFile(packFile(cwd, second), 'no picture')
    const text = await runVisage(['verify', '--data', 'here'], { cwd })
    assert.equal(text.code, 1)
    assert.match(text.stdout, new RegExp(`version ${first}: its pack has 100 bytes instead of`))
    assert.match(text.stdout, /120 photos read, .*: 2 damaged\./)
    assert.match(text.stderr, /^visage: 2 photos damaged/m)
    const json = await runVisage(['verify', '--data', 'here', '--json'], { cwd })
    assert.equal(json.code, 1)
    const { outcome, faults } = JSON.parse(json.stdout) as {
      outcome: string
      faults: readonly { version: string }[]
    }
    assert.equal(outcome, 'damaged')
    assert.deepEqual(faults.map(({ version }) => version).sort(), [first, second].sort())
    // A file in place of a folder of packs.
    await writeFile(await unusedShard(cwd), '')
    const unlisted = await runVisage(['verify', '--data', 'here'], { cwd })
    assert.equal(unlisted.code, 1)
    assert.match(unlisted.stdout, new RegExp(`version ${second}: its pack has 10 bytes`))
    assert.match(unlisted.stdout, /120 photos read, .*: 2 damaged\.\nNot all packs .* listed/)
    assert.doesNotMatch(unlisted.stdout, /Packs without a photo/)
    assert.match(unlisted.stderr, /^visage: 2 photos damaged\.[\s\S]*\(ENOTDIR\)\.$/m)
    const told = await runVisage(['verify', '--data', 'here', '--json'], { cwd })
    const { unchecked, faulty } = JSON.parse(told.stdout) as {
      unchecked: readonly { part: string; why: string }[]
      faulty: number
    }
    assert.deepEqual([told.code, faulty, unchecked.map(({ part }) => part)], [1, 2, ['packs']])
    assert.match(unchecked[0]?.why ?? '', /cannot be listed \(ENOTDIR\)/)
    const moved = await runVisage(['move', '--from-data', 'here', '--to-data', 'there'], { cwd })
    assert.equal(moved.code, 1)
    assert.match(moved.stderr, new RegExp(`version ${second}: its pack has 10 bytes`))
    assert.match(
      moved.stderr,
      /2 rows could not be moved\. Everything else is copied, .* erase it at the source\./,
    )
    const gone = await runVisage(['verify', '--data', 'nowhere'], { cwd })
    assert.deepEqual([gone.code, gone.stdout], [1, ''])
    assert.match(gone.stderr, /There is no .*nowhere/)
  }))

test('erase lists the traces, asks, removes them and checks the result, while a server runs', () =>
  inFolder(async cwd => {
    const server = await serveAndFill(cwd)
    const erase = (...more: string[]) =>
      runVisage(['erase', '--data', 'here', '--user', 'person-7', ...more], { cwd })
    const dry = await erase('--dry-run')
    assert.equal(dry.code, 0)
    assert.match(dry.stdout, /the photo: [0-9a-f]{32}/)
    assert.match(dry.stdout, /Nothing was changed/)
    const unasked = await erase()
    assert.equal(unasked.code, 2)
    assert.match(unasked.stderr, /Add --yes/)
    assert.equal((await get(server, 'person-7', 'photo/$value')).status, 200)
    const erased = await erase('--yes')
    assert.equal(erased.code, 0, erased.stderr)
    assert.match(erased.stdout, /Checked the pointer: there is none\./)
    assert.match(erased.stdout, /Checked 1 pack by listing and by reading: all absent\./)
    assert.match(erased.stdout, /Searched for the keys .*visage\.sqlite/)
    assert.match(erased.stderr, /"event":"erased".*"id":"person-7".*"isProven":true/)
    assert.equal((await get(server, 'person-7', 'photo/$value')).status, 404)
    assert.equal((await get(server, 'person-8', 'photo/$value')).status, 200)
    assert.equal((await erase('--yes')).code, 0)
    const nobody = await runVisage(['erase', '--data', 'here', '--user', 'x', '--yes'], { cwd })
    assert.equal(nobody.code, 1)
    assert.match(nobody.stderr, /There is no person "x"/)
    const noName = await runVisage(['erase', '--data', 'here', '--yes'], { cwd })
    assert.equal(noName.code, 2)
  }))

test('erase does not remove packs of another database, although no row of this one names them', () =>
  inFolder(async cwd => {
    assert.equal((await runVisage(['migrate', '--data', 'here'], { cwd })).code, 0)
    const database = new DatabaseSync(join(cwd, 'here/visage.sqlite'))
    database
      .prepare(`insert into users (${personColumns}) values (?, 'a', 'a', 'a', 'a', 'Member', '')`)
      .run(contoso)
    database.close()
    const packs = Array.from({ length: 101 }, () => randomBytes(16).toString('hex'))
    for (const version of packs) {
      await mkdir(dirname(packFile(cwd, version)), { recursive: true })
      await writeFile(packFile(cwd, version), 'somebody')
    }
    const erased = await runVisage(['erase', '--data', 'here', '--user', 'a', '--yes'], { cwd })
    assert.equal(erased.code, 1)
    assert.match(
      erased.stderr,
      /101 packs of 101 have no photo in this database: .*another database.* Nothing was changed/,
    )
    for (const version of packs)
      assert.equal(await readFile(packFile(cwd, version), 'utf8'), 'somebody')
  }))

/** Each row: arguments, and the expected message. */
const wrong: readonly (readonly [string, RegExp])[] = [
  [
    'move',
    /^visage: Say from where to where, such as `.*node .*main\.js move --from sqlite\/disk --to postgres\/s3`/,
  ],
  [
    'move --to-data a',
    /VISAGE_FROM_DATA \(--from-data\) or VISAGE_FROM_DATABASE \(--from-database\) is missing/,
  ],
  ['move --from-data a', /VISAGE_TO_DATA \(--to-data\) or/],
  [
    'move --from-data a --to-database postgres://u:geheim@h/d',
    /VISAGE_TO_PACKS \(--to-packs\) is missing: where the photos/,
  ],
  [
    'move --from-data a --to-data b --to-packs s4://geheim',
    /VISAGE_TO_PACKS \(--to-packs\) is not s3:/,
  ],
  [
    'move --from-database mysql://u:geheim@h --from-data a --to-data b',
    /FROM_DATABASE .* is not postgres:/,
  ],
  [
    'move --from mysql/disk --to sqlite/disk',
    /--from mysql\/disk: it is sqlite or postgres, a slash/,
  ],
  ['move --from data --to postgres/s3', /A place itself goes by --from-data, --from-database/],
  [
    'move --from sqlite/disk --to postgres/s3',
    /--to-database\) is missing, and so is VISAGE_DATABASE/,
  ],
  [
    'move --from sqlite/disk --from-packs s3://geheim --to sqlite/disk',
    /--from sqlite\/disk: VISAGE_FROM_PACKS \(--from-packs\) is set, and is something else/,
  ],
]
for (const [args, pattern] of wrong) {
  test(`visage ${args} is refused by name`, () =>
    inFolder(async cwd => {
      const { code, stdout, stderr } = await runVisage(args.split(' '), { cwd })
      assert.deepEqual([code, stdout], [2, ''])
      assert.match(stderr, pattern)
      assert.doesNotMatch(stderr, /geheim/)
    }))
}

function settings(): Record<string, string> {
  return {
    VISAGE_ISSUER: `${issuer.origin}/${contoso}/v2.0`,
    VISAGE_ISSUER_PRESET: 'entra',
    VISAGE_AUDIENCE: ourAudience,
    VISAGE_PORT: '0',
  }
}

/** A server on `here` with a photo for each of `people`. */
async function serveAndFill(cwd: string): Promise<Running> {
  assert.equal((await runVisage(['migrate', '--data', 'here'], { cwd })).code, 0)
  const database = new DatabaseSync(join(cwd, 'here/visage.sqlite'))
  const insert = database.prepare(
    `insert into users (${personColumns}) values (?, ?, ?, ?, ?, 'Member', '')`,
  )
  for (const person of people) insert.run(contoso, person, person, person, person)
  database.close()
  const server = await startVisage(['serve', '--data', 'here'], { cwd, env: settings() })
  const left = [...people.entries()]
  const lane = async () => {
    for (let entry = left.pop(); entry; entry = left.pop()) {
      assert.equal((await put(server, entry[1], entry[0] % 4)).status, 200)
    }
  }
  await Promise.all(Array.from({ length: 4 }, lane))
  return server
}

const pictures = new Map<number, Promise<Buffer>>()

async function put(server: Running, person: string, seed: number): Promise<Response> {
  const picture = pictures.get(seed) ?? portraitJpeg({ width: 70, height: 70, seed })
  pictures.set(seed, picture)
  const body = Uint8Array.from(await picture)
  return await call(server, person, 'photo/$value', { method: 'PUT', body })
}

function get(server: Running, person: string, part: string): Promise<Response> {
  return call(server, person, part, { method: 'GET' })
}

function call(
  { origin }: Running,
  person: string,
  part: string,
  init: Readonly<{ method: string; body?: Uint8Array<ArrayBuffer> }>,
): Promise<Response> {
  const iss = `${issuer.origin}/${contoso}/v2.0`
  const roles = ['User.ReadWrite.All']
  const authorization = `Bearer ${issuer.sign(v2App(Date.now(), { iss, roles }))}`
  const headers = { authorization, 'content-type': 'image/jpeg' }
  return fetch(`${origin}/v1.0/users/${person}/${part}`, { ...init, headers })
}

async function versionsIn(cwd: string, data: string): Promise<readonly [string, string]> {
  const database = new DatabaseSync(join(cwd, data, 'visage.sqlite'), { readOnly: true })
  const rows = database.prepare('select version from photos order by owner_id limit 2').all()
  database.close()
  return [String(rows[0]?.version), String(rows[1]?.version)]
}

/** One of 256 folders of packs that 120 photos do not use. */
async function unusedShard(cwd: string): Promise<string> {
  const folder = join(cwd, 'here/packs')
  const used = await readdir(folder)
  const names = Array.from({ length: 256 }, (_, index) => index.toString(16).padStart(2, '0'))
  return join(folder, names.find(name => !used.includes(name)) ?? 'none')
}

function packFile(cwd: string, version: string): string {
  return join(cwd, 'here/packs', version.slice(0, 2), version.slice(2, 4), `${version}.jpg`)
}
