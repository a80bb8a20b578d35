/**
 * `visage dev` is killed in the middle of uploads, again and again: whatever it had acknowledged is
 * there whole after the next start, and what a kill leaves lying around is swept away.
 */
import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import { groups, people, tenantId } from '../../src/demo/tenant.ts'
import { startDevelopment } from '../../src/development.ts'
import { type Swept, sweepPacks } from '../../src/photos/sweep.ts'
import { openDiskPacks } from '../../src/storage/disk.ts'
import { openSqlite } from '../../src/storage/sqlite.ts'
import { drawNumber, readNumber } from '../reliability/numbered-picture.ts'
import { listOf } from '../suites/packs.ts'
import { inFolder, type Running, startVisage } from '../support/visage.ts'

const rounds = 50
const longestRoundMs = 350

/** Whose photos are written: each by one writer, all at once. */
const owners = [
  ...people
    .filter(person => person.tenantId === tenantId)
    .slice(0, 5)
    .map(({ id }) => `users/${id}`),
  `groups/${groups[0]?.id}`,
]

/** What is known of an owner's photo: the last upload that was acknowledged, and those sent after it. */
type Known = { acknowledged: number | undefined; sentSince: number[] }
type Tally = { acknowledged: number; cutOff: number }

test(`${rounds} kills during uploads lose no acknowledged photo and tear none`, async t => {
  await inFolder(async cwd => {
    await prefill(cwd)
    const known = new Map(owners.map(owner => [owner, { acknowledged: undefined, sentSince: [] }]))
    const tally: Tally = { acknowledged: 0, cutOff: 0 }
    for (let round = 0; round < rounds; round++) {
      await uploadUntilKilled(cwd, known, tally, randomInt(longestRoundMs))
    }
    await checkPhotos(cwd, known)
    const left = await leftBehind(cwd)
    const swept = await sweep(cwd)
    await checkPhotos(cwd, known)
    t.diagnostic(`${rounds} kills, ${tally.acknowledged} uploads acknowledged`)
    t.diagnostic(`${tally.cutOff} uploads cut off, of which ${left} left an unfinished file`)
    t.diagnostic(
      `swept: ${swept.retired} replaced, ${swept.orphans} orphans, ${swept.leftovers} leftovers`,
    )
    assert.equal(swept.leftovers, left)
    assert.ok(tally.acknowledged > rounds && tally.cutOff > rounds)
  })
})

/** The demo tenant without its photos, whose drawing would cost every round. */
async function prefill(cwd: string): Promise<void> {
  const development = await startDevelopment({
    host: '127.0.0.1',
    port: 0,
    data: join(cwd, 'data'),
    strictContentType: false,
    photos: 'none',
    write: () => {},
  })
  await development.photosReady
  await development.close()
}

/** One round: start, check what there is, upload from all sides, kill. */
async function uploadUntilKilled(
  cwd: string,
  known: Map<string, Known>,
  tally: Tally,
  afterMs: number,
): Promise<void> {
  const visage = await startVisage(['dev', '--port', '0'], { cwd })
  const token = await mint(visage)
  await checkAll(visage, token, known)
  const writers = [...known].map(([owner, photo]) => uploadOn(visage, token, owner, photo, tally))
  await delay(afterMs)
  visage.send('SIGKILL')
  assert.equal((await visage.ended).signal, 'SIGKILL')
  await Promise.all(writers)
  assert.doesNotMatch(visage.stderr(), /"severity":"error"/)
}

let lastNumber = 0

/** One upload after another, until one gets no answer. */
async function uploadOn(
  visage: Running,
  token: string,
  owner: string,
  photo: Known,
  tally: Tally,
): Promise<void> {
  for (;;) {
    const number = ++lastNumber
    const body = Uint8Array.from(await drawNumber(number))
    photo.sentSince.push(number)
    const answer = await fetch(`${visage.origin}/v1.0/${owner}/photo/$value`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'image/jpeg' },
      body,
    }).catch(() => undefined)
    if (answer === undefined) {
      tally.cutOff += 1
      return
    }
    assert.equal(answer.status, 200)
    tally.acknowledged += 1
    photo.acknowledged = number
    photo.sentSince = []
  }
}

async function checkPhotos(cwd: string, known: Map<string, Known>): Promise<void> {
  const visage = await startVisage(['dev', '--port', '0'], { cwd })
  await checkAll(visage, await mint(visage), known)
  assert.equal((await visage.stop()).code, 0)
}

async function checkAll(visage: Running, token: string, known: Map<string, Known>): Promise<void> {
  const checks = [...known].map(async ([owner, photo]) => {
    const number = await readWholePhoto(`${visage.origin}/v1.0/${owner}`, token)
    const allowed = [photo.acknowledged, ...photo.sentSince]
    assert.ok(
      allowed.includes(number),
      `${owner} shows ${number}; acknowledged is ${photo.acknowledged}, sent since ${photo.sentSince}`,
    )
    // What a start has shown once is not allowed to go away either.
    photo.acknowledged = number
    photo.sentSince = []
  })
  await Promise.all(checks)
}

type Metadata = Readonly<{ id: string; width: number; height: number; '@odata.mediaEtag': string }>

/** The number that the photo and every size of it show; undefined where there is no photo. */
async function readWholePhoto(place: string, token: string): Promise<number | undefined> {
  const headers = { authorization: `Bearer ${token}` }
  const get = async (path: string) => {
    const answer = await fetch(place + path, { headers })
    assert.equal(answer.status, 200, `${path} is answered ${answer.status}`)
    return answer
  }
  const first = await fetch(`${place}/photo`, { headers })
  if (first.status === 404) return undefined
  assert.equal(first.status, 200)
  const photo = (await first.json()) as Metadata
  assert.deepEqual([photo.id, photo.width, photo.height], ['default', 120, 120])
  const { value: sizes } = (await (await get('/photos')).json()) as { value: Metadata[] }
  assert.deepEqual(
    sizes.map(({ width }) => width),
    [48, 64, 96, 120],
  )
  const numbers = new Set<number>()
  for (const path of ['/photo/$value', ...sizes.map(({ id }) => `/photos/${id}/$value`)]) {
    const answer = await get(path)
    assert.equal(answer.headers.get('etag'), photo['@odata.mediaEtag'])
    numbers.add(await readNumber(await answer.bytes()))
  }
  assert.equal(numbers.size, 1, `${place} is torn: it shows ${[...numbers]}`)
  return [...numbers][0]
}

async function mint(visage: Running): Promise<string> {
  const answer = await fetch(`${visage.origin}/_visage/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ app: true, roles: 'ProfilePhoto.ReadWrite.All' }),
  })
  const { access_token } = (await answer.json()) as { access_token: string }
  return access_token
}

/** Files of uploads that were being written when the process was killed. */
async function leftBehind(cwd: string): Promise<number> {
  return (await readdir(join(cwd, 'data/packs/incoming'))).length
}

type Integrity = Readonly<{ integrity_check: string }>

/** Everything that no pointer names goes; everything that one names stays. */
async function sweep(cwd: string): Promise<Swept> {
  const packs = await openDiskPacks(join(cwd, 'data/packs'))
  const database = await openSqlite({ file: join(cwd, 'data/visage.sqlite') })
  try {
    const { rows } = await sql<Integrity>`pragma integrity_check`.execute(database)
    assert.equal(rows[0]?.integrity_check, 'ok')
    const parts = { database, packs, now: () => Date.now() + 1000 }
    const swept = await sweepPacks(parts, 0)
    const named = await database.selectFrom('photos').select('version').execute()
    const kept = await listOf(packs)
    assert.deepEqual(kept.map(({ key }) => key).sort(), named.map(({ version }) => version).sort())
    assert.deepEqual(await sweepPacks(parts, 0), { retired: 0, orphans: 0, leftovers: 0 })
    return swept
  } finally {
    await database.destroy()
  }
}
