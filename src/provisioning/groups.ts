/** A list of groups: its lines as rows, compared with the directory and written to it some hundred at a time. */
import { randomUUID } from 'node:crypto'
import { deleteGroup } from '../directory/change-groups.ts'
import {
  findKnownGroups,
  type KnownGroups,
  listGroupsOf,
  mergeGroup,
  putGroups,
  type WantedGroup,
} from '../directory/put-groups.ts'
import { Failure } from '../failure.ts'
import { type Desired, refuseRow } from './desired.ts'
import { readGroup } from './group.ts'
import type { Applied, Applying, List } from './kinds.ts'
import { findLeavers, removeLeavers } from './leavers.ts'
import { quoted, refused } from './refused.ts'
import type { Progress, Target } from './target.ts'
import { wordsOf } from './words.ts'

type Row = Readonly<{
  number: number
  line: number
  external_id: string
  wanted_id: string | null
  /** WantedGroup's fields, as JSON. */
  fields: string
  id: string | null
  changed: string | null
}>

const batchRows = 200

export const groups: List = {
  table: 'team',
  define({ scratch }) {
    scratch.define(`
      create table team (
        number integer primary key, line integer not null,
        external_id text not null, wanted_id text, name text, shown text not null,
        fields text not null, id text, did text, changed text, done integer not null default 0);
      create index team_external on team (external_id);
      create index team_wanted on team (wanted_id);
      create index team_id on team (id);
      create index team_line on team (line);`)
  },
  expectColumns({ at }) {
    if (!at.has('displayName'))
      throw refused("no column is the displayName: --column 'displayName=header'")
    if (['externalId', 'id', 'mailNickname'].some(property => at.has(property))) return
    throw refused(
      "groups are found by externalId, id or mailNickname, and there is no such column: --column 'externalId=header'",
    )
  },
  describeKey: ({ at }) =>
    `A later import finds the same groups by ${['externalId', 'id', 'mailNickname'].find(property => at.has(property))}.`,
  add({ scratch }, line, cells) {
    const { externalId, id, fields } = readGroup(cells)
    scratch.run(
      'insert into team (line, external_id, wanted_id, shown, fields) values (?, ?, ?, ?, ?)',
      line,
      externalId,
      id ?? null,
      fields.displayName,
      JSON.stringify(fields, (_name, value: unknown) => (value === undefined ? null : value)),
    )
  },
  async compare(desired, target, _leavers, progress) {
    refuseTwice(desired, 'external_id', 'externalId')
    refuseTwice(desired, 'wanted_id', 'id')
    await compareAll(desired, target, progress)
    refuseTwice(desired, 'id', 'id in the directory')
  },
  findLeavers: (desired, { database, tenantId, source }) =>
    findLeavers(desired, 'team', async page =>
      (await listGroupsOf(database, tenantId, source, page)).map(row => ({
        id: row.id,
        name: row.display_name,
      })),
    ),
  hasTooManyMoves: () => false,
  order: ['remove', 'write'],
  removeLeavers: (desired, { database, tenantId, source }, how) =>
    removeLeavers(desired, how, async id => {
      const isGone = await deleteGroup(database, tenantId, id, { source, at: how.at })
      if (isGone) how.onChange({ kind: 'group', did: 'removed', tenantId, id, source })
      return isGone
    }),
  apply: applyGroups,
}

/** Both lines are errors: only the operator can say which one is right. */
function refuseTwice(
  desired: Desired,
  column: 'external_id' | 'wanted_id' | 'id',
  property: string,
): void {
  const found = desired.scratch.all<{
    number: number
    line: number
    other: number
    value: string
  }>(`
    select number, line, ${column} as value,
      (select min(line) from team as other
        where other.${column} = team.${column} and other.number <> team.number) as other
    from team
    where did is not 'error' and ${column} in (
      select ${column} from team where ${column} is not null
      group by ${column} having count(*) > 1)
    order by line`)
  for (const { other, value, ...row } of found) {
    refuseRow(desired, 'team', row, `the ${property} ${quoted(value)} is also on line ${other}`)
  }
}

async function compareAll(
  desired: Desired,
  { database, tenantId, source }: Target,
  progress: Progress,
): Promise<void> {
  for (let after = 0; ; ) {
    const rows = desired.scratch.all<Row>(
      'select * from team where number > ? and did is null order by number limit ?',
      after,
      batchRows,
    )
    const last = rows.at(-1)
    if (last === undefined) return
    const called = rows.map(row => ({
      id: row.wanted_id ?? undefined,
      externalId: row.external_id,
    }))
    const known = await findKnownGroups(database, tenantId, source, called)
    for (const row of rows) compareOne(desired, { tenantId, source }, row, known)
    after = last.number
    progress(after)
  }
}

function compareOne(
  desired: Desired,
  { tenantId, source }: Pick<Target, 'tenantId' | 'source'>,
  row: Row,
  known: KnownGroups,
): void {
  const named = known.called(row.external_id)
  const { wanted_id: wanted } = row
  if (named !== undefined && wanted !== null && named.id !== wanted) {
    const words = `${quoted(row.external_id)} has the id ${named.id} in the directory, and the file says ${wanted}: an id does not change`
    refuseRow(desired, 'team', row, words)
    return
  }
  const before = named ?? (wanted === null ? undefined : known.withId(wanted))
  const id = before?.id ?? wanted ?? randomUUID()
  try {
    const { did, changed } = mergeGroup(tenantId, before, toWanted({ ...row, id }), {
      source,
      at: 0,
    })
    desired.scratch.run(
      'update team set id = ?, did = ?, changed = ? where number = ?',
      id,
      did,
      changed.join(),
      row.number,
    )
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    desired.scratch.run('update team set id = ? where number = ?', id, row.number)
    refuseRow(desired, 'team', row, wordsOf(error, 'the group comes'))
  }
}

/** JSON has null for undefined, which takes a value away. */
function toWanted(row: Row & Readonly<{ id: string }>): WantedGroup {
  const entries = Object.entries<unknown>(JSON.parse(row.fields))
  const fields = Object.fromEntries(
    entries.map(([name, value]) => [name, value === null ? undefined : value]),
  ) as WantedGroup['fields']
  return { id: row.id, externalId: row.external_id, fields }
}

async function applyGroups(
  desired: Desired,
  { database, tenantId, source }: Target,
  { at, signal, progress, onChange }: Applying,
): Promise<Applied> {
  let [done, refusals] = [0, 0]
  for (let after = 0; !signal.aborted; ) {
    const rows = desired.scratch.all<Row & { id: string }>(
      `select * from team where number > ? and did in ('created', 'changed', 'restored')
      order by number limit ?`,
      after,
      batchRows,
    )
    const last = rows.at(-1)
    if (last === undefined) break
    after = last.number
    const outcomes = await putGroups(database, tenantId, rows.map(toWanted), { source, at })
    for (const [index, row] of rows.entries()) {
      const did = outcomes[index]
      if (did instanceof Failure) {
        refusals += 1
        refuseRow(desired, 'team', row, wordsOf(did, 'the group comes'))
        continue
      }
      desired.scratch.run('update team set done = 1 where number = ?', row.number)
      if (did === undefined || did === 'unchanged') continue
      onChange({ kind: 'group', did, tenantId, id: row.id, source })
    }
    done += rows.length
    progress(done)
  }
  return { written: done - refusals, refused: refusals }
}
