/**
 * Counts how many people of each department have a photo. All people of the tenant are read, in slices, in the order of
 * the key; memory is limited to the departments of one page. Disabled people are left out, as in photo-owners.ts.
 */
import { sql } from 'kysely'
import { joinPhoto } from '../photos/pointer.ts'
import type { Database } from '../storage/schema.ts'
import type { Searchable } from './queries/find-by-words.ts'

export type Coverage = Readonly<{
  /** '' for people without a department. */
  department: string
  people: number
  withPhoto: number
}>

type CoveragePage = Readonly<{
  top: number
  /** The last department of the page before. */
  after: string | undefined
}>

/** Chosen so that a slice takes a few milliseconds. */
const rowsOfSlice = 1000
/** Longer than a search may take: nobody types meanwhile. A million people take about 3 s of processor time. */
const maxCountMs = 20_000

/** The first `top` departments by name. Throws Failure 'search-too-long'. */
export async function countCoverage(
  { database, slices }: Searchable,
  tenantId: string,
  page: CoveragePage,
): Promise<readonly Coverage[]> {
  const departments = firstDepartments(page)
  const slicing = slices.begin(maxCountMs)
  for (let last = ''; ; ) {
    await slicing.next()
    const { counted, visited, end } = await readSlice(database, tenantId, last)
    for (const one of counted) departments.add(one)
    if (visited < rowsOfSlice) return departments.list()
    last = end
  }
}

type Sum = { people: number; withPhoto: number }

/**
 * The sums of the first departments in order of name. A department that is pushed out by an earlier one never comes
 * back, because the limit only moves down; so what is kept is complete.
 */
function firstDepartments({ top, after }: CoveragePage) {
  const sums = new Map<string, Sum>()
  let highest: string | undefined
  const trim = () => {
    const names = [...sums].sort(byName).map(([name]) => name)
    for (const name of names.slice(top)) sums.delete(name)
    if (names.length > top) highest = names[top - 1]
  }
  return {
    add({ department, people, withPhoto }: Coverage) {
      if (after !== undefined && department <= after) return
      if (highest !== undefined && department > highest) return
      const sum = sums.get(department)
      if (sum === undefined) sums.set(department, { people, withPhoto })
      else Object.assign(sum, { people: sum.people + people, withPhoto: sum.withPhoto + withPhoto })
      // Once for many, because it sorts them all.
      if (sums.size >= 2 * top + 100) trim()
    },
    list(): readonly Coverage[] {
      trim()
      return [...sums].sort(byName).map(([department, sum]) => ({ department, ...sum }))
    },
  }
}

function byName([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  return one < other ? -1 : 1
}

type Counted = Readonly<{
  department: string
  people: number | string
  with_photo: number | string
  visited: number | string
  end: string
}>

async function readSlice(database: Database, tenantId: string, after: string) {
  const people = database
    .selectFrom('users')
    .select(['users.id', 'users.department', 'users.is_active', 'users.deleted_at'])
    .where('users.tenant_id', '=', tenantId)
    .where('users.id', '>', after)
  const slice = joinPhoto(people, 'user').orderBy('users.id').limit(rowsOfSlice)
  const { rows } = await sql<Counted>`
    select department, sum(is_counted) as people, sum(has_photo) as with_photo,
      sum(count(*)) over () as visited, max(max(id)) over () as "end"
    from (select coalesce(department, '') as department, id,
        case when is_active = 1 and deleted_at is null then 1 else 0 end as is_counted,
        case when is_active = 1 and deleted_at is null and version is not null
          then 1 else 0 end as has_photo
      from (${slice}) as person) as counted
    group by department`.execute(database)
  return {
    counted: rows.map(toCoverage).filter(({ people }) => people > 0),
    visited: Number(rows[0]?.visited ?? 0),
    end: rows[0]?.end ?? '',
  }
}

function toCoverage({ department, people, with_photo }: Counted): Coverage {
  return { department, people: Number(people), withPhoto: Number(with_photo) }
}
