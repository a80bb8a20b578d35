/**
 * A store of photos as in the server, with a clock of the test: SQLite, packs on disk and the real pipeline. It also
 * lists the rows and files that are left.
 */
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { toRow as toGroupRow } from '../../src/directory/groups.ts'
import { toRow as toUserRow } from '../../src/directory/users.ts'
import { type OwnerKey, type Photo, toPhoto } from '../../src/photos/photo.ts'
import type { ReplaceParts } from '../../src/photos/replace.ts'
import { defaultLimits } from '../../src/renditions/limits.ts'
import { createQueue } from '../../src/renditions/queue.ts'
import { renderPack } from '../../src/renditions/render.ts'
import { openDiskPacks } from '../../src/storage/disk.ts'
import { migrate } from '../../src/storage/migrations.ts'
import type { Packs } from '../../src/storage/packs.ts'
import { openSqlite } from '../../src/storage/sqlite.ts'
import { listOf } from '../suites/packs.ts'

export const tenantId = '7d4c3c2e-0b7e-4c6c-9a58-1f2f0a5d3b11'
export const alice: OwnerKey = { tenantId, kind: 'user', id: 'alice' }
export const team: OwnerKey = { tenantId, kind: 'group', id: 'team' }
export const contact: OwnerKey = { tenantId, kind: 'contact', id: 'contact' }

export type Store = Awaited<ReturnType<typeof openStore>>

/** Alice, a group and a contact, all without a photo. Removed when the test ends. */
export async function openStore(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'visage-photos-'))
  const database = await openSqlite({ file: join(folder, 'visage.sqlite') })
  t.after(async () => {
    await database.destroy()
    await rm(folder, { recursive: true })
  })
  await migrate(database)
  const packs = await openDiskPacks(join(folder, 'packs'))
  const queue = createQueue({ concurrency: 2, maxWaiting: 100 })
  let ahead = 0
  let versions = 0
  const now = () => Date.now() + ahead
  const parts: ReplaceParts = {
    database,
    packs,
    render: (bytes, framing) => queue.run(() => renderPack(bytes, framing, defaultLimits)),
    now,
    newVersion: () => (++versions).toString(16).padStart(32, '0'),
  }
  await addOwners(parts)
  return {
    parts,
    incoming: join(folder, 'packs/incoming'),
    advance(ms: number): void {
      ahead += ms
    },
    photoOf: (owner: OwnerKey) => findPhoto(parts, owner),
    /** Keys of all packs, in order. */
    stored: () => keysOf(packs),
    /** Files of unfinished writes. */
    unfinished: () => readdir(join(folder, 'packs/incoming')),
    async retired(): Promise<string[]> {
      const rows = await database.selectFrom('retired_packs').select('version').execute()
      return rows.map(({ version }) => version).sort()
    },
  }
}

async function keysOf(packs: Packs): Promise<string[]> {
  return (await listOf(packs)).map(({ key }) => key).sort()
}

async function findPhoto({ database }: ReplaceParts, owner: OwnerKey): Promise<Photo | undefined> {
  const row = await database
    .selectFrom('photos')
    .selectAll()
    .where('tenant_id', '=', owner.tenantId)
    .where('owner_kind', '=', owner.kind)
    .where('owner_id', '=', owner.id)
    .executeTakeFirst()
  return row && toPhoto(row)
}

async function addOwners({ database }: ReplaceParts): Promise<void> {
  const common = { tenant_id: tenantId, search_text: '' }
  await database
    .insertInto('users')
    .values(
      toUserRow(tenantId, { id: alice.id, userPrincipalName: alice.id, displayName: alice.id }),
    )
    .execute()
  await database
    .insertInto('groups')
    .values(toGroupRow(tenantId, { id: team.id, displayName: team.id, isTeam: true }))
    .execute()
  await database
    .insertInto('contacts')
    .values({
      ...common,
      mailbox_id: alice.id,
      id: contact.id,
      folder_id: null,
      display_name: contact.id,
      given_name: null,
      surname: null,
      company_name: null,
      job_title: null,
      email_addresses: '[]',
    })
    .execute()
}
