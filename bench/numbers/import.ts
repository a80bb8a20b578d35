/**
 * `visage import` of many people into an empty SQLite database: its time over that of bare batched inserts of the same
 * rows, its memory over that of a tenth of the lines, and the rows that a second run writes.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { toRow } from '../../src/directory/users.ts'
import { migrate } from '../../src/storage/migrations.ts'
import { openSqlite } from '../../src/storage/sqlite.ts'
import { canWatch, watchMemory } from '../memory-watch.ts'
import { tenantId, userAt } from '../population.ts'
import { at } from '../processors.ts'
import type { Stage } from '../stage.ts'
import { notMeasured, type Row } from '../table.ts'

const visage = join(import.meta.dirname, '../../src/main.js')
const bareInserts = join(import.meta.dirname, '../floors/bare-inserts.ts')
const lines = (count: number) => `${count.toLocaleString('en')} lines`

/** One round alone, because a round takes minutes. */
export async function importPeople(stage: Stage): Promise<Row[]> {
  const many = stage.plan.importLines
  const few = Math.ceil(many / 10)
  const small = await importOnce(stage, few)
  const large = await importOnce(stage, many)
  const bare = await insertOnce(stage, many)
  const time: Row = {
    what: `people per second, import of ${lines(many)}`,
    floor: 'bare batched inserts of the same rows',
    ratio: bare.seconds / large.seconds,
    target: { atLeast: 0.5 },
  }
  const again: Row = {
    what: `rows written by a second import of ${lines(many)}`,
    floor: 'one row',
    ratio: large.writtenAgain,
    target: { atMost: 0 },
  }
  return [time, describeMemory(large, small, many, few), again]
}

type Imported = Readonly<{ seconds: number; megabytes: number; writtenAgain: number }>

function describeMemory(large: Imported, small: Imported, many: number, few: number): Row {
  const what = `peak memory of an import of ${lines(many)}`
  const floor = lines(few)
  if (!canWatch) return notMeasured(what, floor, 'there is no /proc here')
  const note = 'without the pages of the database file, which the system can take back'
  return { what, floor, ratio: large.megabytes / small.megabytes, target: { atMost: 1.3 }, note }
}

async function importOnce({ folder }: Stage, count: number): Promise<Imported> {
  const data = join(folder, `import-${count}`)
  const csv = join(folder, `import-${count}.csv`)
  await makeDatabase(data)
  writeFileSync(csv, [header, ...Array.from({ length: count }, (_, i) => lineOf(i))].join('\n'))
  try {
    const args = ['import', csv, '--data', data, '--tenant', tenantId, '--yes']
    const first = await run([visage, ...args])
    await run([visage, ...args])
    return { ...first, writtenAgain: await countRewritten(data) }
  } finally {
    rmSync(data, { recursive: true, force: true })
    rmSync(csv, { force: true })
  }
}

async function insertOnce({ folder }: Stage, count: number): Promise<Pick<Imported, 'seconds'>> {
  const data = join(folder, 'bare-inserts')
  await makeDatabase(data)
  const rows = join(folder, 'bare-inserts.json')
  const texts = Array.from({ length: count }, (_, index) => JSON.stringify(rowOf(index)))
  writeFileSync(rows, texts.join('\n'))
  try {
    return await run([bareInserts, join(data, 'visage.sqlite'), rows])
  } finally {
    rmSync(data, { recursive: true, force: true })
    rmSync(rows, { force: true })
  }
}

async function makeDatabase(data: string): Promise<void> {
  rmSync(data, { recursive: true, force: true })
  await using database = await openSqlite({ file: join(data, 'visage.sqlite') })
  await migrate(database)
}

/** All rows of an import have one time, and a row that is written again has a later one. */
async function countRewritten(data: string): Promise<number> {
  await using database = await openSqlite({ file: join(data, 'visage.sqlite') })
  const rows = await database.selectFrom('users').select('changed_at').execute()
  const first = rows[0]?.changed_at
  return rows.filter(row => row.changed_at !== first).length
}

async function run(args: readonly string[]): Promise<Omit<Imported, 'writtenAgain'>> {
  const { file, args: all } = at('server', { file: process.execPath, args })
  const started = performance.now()
  const child = spawn(file, all, { stdio: ['ignore', 'ignore', 'ignore'] })
  const watch = watchMemory(child.pid ?? 0)
  const [code] = await once(child, 'exit')
  const seconds = (performance.now() - started) / 1000
  const { peakOwn: megabytes } = watch.take()
  watch.stop()
  if (code !== 0) throw new Error(`${args.slice(0, 3).join(' ')} ended with ${code}`)
  return { seconds, megabytes }
}

const header =
  'externalId,userPrincipalName,displayName,givenName,surname,mail,department,jobTitle,employeeId,manager'

function lineOf(index: number): string {
  const { id, userPrincipalName: name, displayName, givenName, surname, ...more } = personAt(index)
  const manager = index === 0 ? '' : userAt(Math.floor(index / 10)).id
  const { mail, department, jobTitle, employeeId } = more
  const cells = [id, name, displayName, givenName, surname, mail, department, jobTitle, employeeId]
  return [...cells, manager].join(',')
}

function rowOf(index: number) {
  const person = personAt(index)
  const origin = { source: 'import:bench', externalId: person.id, at: 1 } as const
  const manager_id = index === 0 ? null : userAt(Math.floor(index / 10)).id
  return { ...toRow(tenantId, person, origin), manager_id }
}

function personAt(index: number) {
  const name = `person.${index}@example.org`
  return {
    id: userAt(index).id,
    userPrincipalName: name,
    displayName: `Given${index} Family${index}`,
    givenName: `Given${index}`,
    surname: `Family${index}`,
    mail: name,
    department: `Department ${index % 50}`,
    jobTitle: 'Engineer',
    employeeId: String(index),
  }
}
