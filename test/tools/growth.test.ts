/**
 * Measures the sizes of docs/growth.md again. Processor times are not measured: on a shared machine they differ each
 * time.
 */
import assert from 'node:assert/strict'
import { createHash, randomUUID } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { sql } from 'kysely'
import { addUsers } from '../../src/directory/users.ts'
import { formatRenditions } from '../../src/photos/photo.ts'
import { renderPack } from '../../src/renditions/render.ts'
import { migrate } from '../../src/storage/migrations.ts'
import { openPostgres } from '../../src/storage/postgres.ts'
import type { Database } from '../../src/storage/schema.ts'
import { openSqlite } from '../../src/storage/sqlite.ts'
import { portraitJpeg } from '../support/pictures.ts'
import { startPostgres } from '../support/postgres.ts'
import { inFolder } from '../support/visage.ts'

const page = await readFile(join(import.meta.dirname, '../../docs/growth.md'), 'utf8')

/** In bytes, of the row that begins so. */
function sizeOnPage(meaning: string): number {
  const row = page.split('\n').find(line => line.startsWith(`| ${meaning},`))
  const [, number, unit] = / ([\d.]+) (B|KB) \|$/.exec(row ?? '') ?? []
  assert.ok(number, `no size of ${meaning}`)
  return Number(number) * (unit === 'KB' ? 1000 : 1)
}

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
function assertNear(actual: number, expected: number, what: string): void {
  const ratio = actual / expected
  assert.ok(ratio > 0.7 && ratio < 1.4, `${what}: ${actual} for ${expected}`)
}

test('a pack has the documented size', async () => {
  for (const [width, height] of [
    [1224, 1632],
    [800, 1000],
  ] as const) {
    const jpeg = await portraitJpeg({ width, height, grain: 12, seed: 7 })
    const { bytes } = await renderPack(jpeg, 'square')
    assertNear(bytes.length, sizeOnPage('a pack with all sizes'), `${width} x ${height}`)
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
    assertNear(person, sizeOnPage('a person’s row in SQLite'), 'person')
    assertNear(photo, sizeOnPage('a photo’s row in SQLite'), 'photo')
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
  assertNear(person, sizeOnPage('a person’s row in PostgreSQL'), 'person')
  assertNear(photo, sizeOnPage('a photo’s row in PostgreSQL'), 'photo')
})
