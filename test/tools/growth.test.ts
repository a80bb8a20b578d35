/** Measures the sizes of docs/growth.md again. Its processor times come from the bench. */
import assert from 'node:assert/strict'
import { createHash, randomUUID } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { sql } from 'kysely'
import { readCosts, renewCosts } from '../../bench/growth-costs.ts'
import type { Medians } from '../../bench/rounds.ts'
import type { Row } from '../../bench/table.ts'
import { addUsers } from '../../src/directory/users.ts'
import { formatRenditions } from '../../src/photos/photo.ts'
import { renderPack } from '../../src/renditions/render.ts'
import { migrate } from '../../src/storage/migrations.ts'
import { openPostgres } from '../../src/storage/postgres.ts'
import type { Database } from '../../src/storage/schema.ts'
import { openSqlite } from '../../src/storage/sqlite.ts'
import { sizes } from '../../tools/growth.ts'
import { portraitJpeg } from '../support/pictures.ts'
import { startPostgres } from '../support/postgres.ts'
import { inFolder } from '../support/visage.ts'

const pageOf = (name: string) => readFile(join(import.meta.dirname, '../../docs', name), 'utf8')

/** The rows of docs/performance.md, each with these medians. */
async function publishedRows(medians: Medians): Promise<Row[]> {
  const cells = (await pageOf('performance.md')).matchAll(/^\| ([^|]+) \| ([^|]+) \|/gm)
  return [...cells].map(([, what = '', floor = '']) => ({ what, floor, ratio: 2, medians }))
}

test('each processor time is that of a row in performance.md', async () => {
  const before = (await pageOf('growth.md')).replaceAll(
    /^(\| ms of CPU .* \|) [\d.]+ \|$/gm,
    '$1 7 |',
  )
  const rows = await publishedRows({ measured: 0.000_123_4, floor: 0.000_045_6, unit: 's' })
  const cold = rows.map(row =>
    row.what.includes('cold cache: processor time')
      ? { ...row, medians: { measured: 0.001_123_4, floor: 0.000_045_6, unit: 's' as const } }
      : row,
  )
  const costs = { embedded: 0.046, postgres: 0.12, database: 0.12, s3: 1, put: 0.12 }
  assert.deepEqual(readCosts(renewCosts(before, cold)), costs)
})

test('a processor time that a run did not measure stays on the page', async () => {
  const before = await pageOf('growth.md')
  assert.equal(renewCosts(before, []), before)
  const what =
    'GET of a 96x96, 5,000 people, PostgreSQL and S3, cold cache: processor time of Visage'
  const medians = { measured: 1, floor: 1, unit: 's' } as const
  assert.equal(renewCosts(before, [{ what, floor: '', ratio: 1, medians }]), before)
})

const people = 4_000
const tenant_id = randomUUID()

const names = Array.from({ length: people }, (_, index) => ({
  id: randomUUID(),
  userPrincipalName: `firstname.lastname${index}@contoso.example`,
  displayName: `Firstname Lastname ${index}`,
  givenName: 'Firstname',
  surname: `Lastname ${index}`,
  mail: `firstname.lastname${index}@contoso.example`,
  jobTitle: 'Engineer',
  userType: 'Member' as const,
}))

/** The tolerance: an index may be half full. */
function assertNear(actual: number, [expected]: readonly [number, string], what: string): void {
  const ratio = actual / expected
  assert.ok(ratio > 0.7 && ratio < 1.4, `${what}: ${actual} for ${expected}`)
}

test('a pack and a picture of 96 pixels have the documented sizes', async () => {
  for (const [width, height] of [
    [1224, 1632],
    [800, 1000],
  ] as const) {
    const jpeg = await portraitJpeg({ width, height, grain: 12, seed: 7 })
    const { bytes, renditions } = await renderPack(jpeg, 'square')
    assertNear(bytes.length, sizes.pack, `${width} x ${height}`)
    const small = renditions.find(rendition => rendition.width === 96)
    assertNear(small?.length ?? 0, sizes.picture, `96 of ${width} x ${height}`)
  }
})

/** Bytes for each person, and then for each photo. */
async function fill(database: Database, size: () => Promise<number>): Promise<[number, number]> {
  await migrate(database)
  const empty = await size()
  await addUsers(database, tenant_id, names)
  const withPeople = await size()
  const pack = await renderPack(await portraitJpeg({ width: 800, height: 1000, seed: 7 }), 'square')
  const hash = (text: string) => createHash('sha256').update(text).digest('hex')
  for (let start = 0; start < people; start += 500) {
    const rows = names.slice(start, start + 500).map(({ id }) => ({
      tenant_id,
      owner_kind: 'user',
      owner_id: id,
      version: hash(id).slice(32),
      upload_hash: `v1:${hash(id)}`,
      pack_hash: hash(id),
      renditions: formatRenditions(pack.renditions),
      updated_at: 1_764_000_000_000,
    }))
    await database.insertInto('photos').values(rows).execute()
  }
  return [(withPeople - empty) / people, ((await size()) - withPeople) / people]
}

test('rows in SQLite have the documented size', () =>
  inFolder(async folder => {
    const file = join(folder, 'visage.sqlite')
    await using database = await openSqlite({ file })
    const [person, photo] = await fill(database, async () => {
      await sql`pragma wal_checkpoint(truncate)`.execute(database)
      return (await stat(file)).size
    })
    assertNear(person, sizes.personInSqlite, 'person')
    assertNear(photo, sizes.photoInSqlite, 'photo')
  }))

test('rows in PostgreSQL have the documented size', async () => {
  await using server = await startPostgres()
  await using database = await openPostgres({ url: await server.createDatabase(), connections: 2 })
  const [person, photo] = await fill(database, async () => {
    const { rows } = await sql<{ bytes: string }>`
      select sum(pg_total_relation_size(oid))::text as bytes from pg_class
      where relkind = 'r' and relname in ('users', 'directory_words', 'photos')`.execute(database)
    return Number(rows[0]?.bytes)
  })
  assertNear(person, sizes.personInPostgres, 'person')
  assertNear(photo, sizes.photoInPostgres, 'photo')
})
