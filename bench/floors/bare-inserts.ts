/**
 * Floor: the rows of a file, one JSON object a line, into `users` of a database that has its tables: prepared statements,
 * 200 rows in a transaction, and nothing checked.
 */
import { readFileSync } from 'node:fs'
import { DatabaseSync, type SQLInputValue } from 'node:sqlite'

const [file = '', rows = ''] = process.argv.slice(2)
const batchRows = 200

const database = new DatabaseSync(file)
database.exec('pragma journal_mode = wal; pragma synchronous = full; pragma cache_size = -16384')
const all = readFileSync(rows, 'utf8').split('\n').map(readRow)
const names = Object.keys(all[0] ?? {})
const insert = database.prepare(
  `insert into users (${names.join(', ')}) values (${names.map(() => '?').join(', ')})`,
)
for (let start = 0; start < all.length; start += batchRows) {
  database.exec('begin immediate')
  for (const row of all.slice(start, start + batchRows)) insert.run(...Object.values(row))
  database.exec('commit')
}
database.close()

function readRow(text: string): Record<string, SQLInputValue> {
  return JSON.parse(text)
}
