/** The people of a store, or of a group, as an operator lists them. */
import type { User, UserWithPhoto } from '../directory/users.ts'
import { joinPhoto } from '../photos/pointer.ts'
import type { Database } from '../storage/schema.ts'
import { inPages, pageSize } from './in-pages.ts'
import { type Person, tenantsWithPeople, toPerson } from './people.ts'

export type Filter = Readonly<{
  tenantId?: string | undefined
  /** The whole source, or the part before its colon. */
  source?: string | undefined
  withoutPhoto?: boolean | undefined
  inactive?: boolean | undefined
  /** Only deleted people instead of present ones. */
  deleted?: boolean | undefined
}>

/**
 * Ordered by tenant, then name, then id. Rows that do not match are dropped after they are read, so that every page
 * takes the same time; a page may be empty.
 */
export async function* listPeople(
  database: Database,
  filter: Filter,
): AsyncGenerator<readonly Person[]> {
  for await (const tenantId of tenantsWithPeople(database, filter.tenantId)) {
    const read = (after: Position | undefined) => readPeople(database, tenantId, after)
    for await (const rows of inPages(read, positionOf)) {
      yield rows.map(toPerson).filter(person => isWanted(person, filter))
    }
  }
}

/** Whether a person or a group matches the filter. */
export function isWanted(
  row: Pick<Person, 'deletedAt' | 'hasPhoto' | 'source'> & Partial<Pick<Person, 'isActive'>>,
  { source, withoutPhoto = false, inactive = false, deleted = false }: Filter,
): boolean {
  if (deleted !== (row.deletedAt !== null)) return false
  if (withoutPhoto && row.hasPhoto) return false
  if (inactive && row.isActive !== false) return false
  return source === undefined || row.source === source || row.source.startsWith(`${source}:`)
}

export type Position = Readonly<{ name: string; id: string }>

export function positionOf(row: Readonly<{ display_name: string; id: string }>): Position {
  return { name: row.display_name, id: row.id }
}

async function readPeople(
  database: Database,
  tenantId: string,
  after: Position | undefined,
): Promise<UserWithPhoto<keyof User>[]> {
  const all = database
    .selectFrom('users')
    .selectAll('users')
    .where('users.tenant_id', '=', tenantId)
    .$if(after !== undefined, query =>
      query.where(({ eb, refTuple, tuple }) =>
        eb(
          refTuple('users.display_name', 'users.id'),
          '>',
          tuple(after?.name ?? '', after?.id ?? ''),
        ),
      ),
    )
    .orderBy('users.display_name')
    .orderBy('users.id')
    .limit(pageSize)
  return await joinPhoto(all, 'user').execute()
}
