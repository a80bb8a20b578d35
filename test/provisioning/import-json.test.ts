/** JSON files imported into the embedded database. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { openSqlite } from '../../src/storage/sqlite.ts'
import { describeJsonImport } from '../suites/import-json.ts'
import { createImportStand } from '../suites/import-stand.ts'

const open = () => openSqlite({ file: ':memory:' })

describeJsonImport('SQLite', open)

describe('the page on importing', () => {
  const { bring } = createImportStand(open)

  test('has examples of JSON that are imported without an error', async () => {
    const page = await readFile(join(import.meta.dirname, '../../docs/importing.md'), 'utf8')
    const examples = page.matchAll(/```json\n(.*?)```/gs)
    const written: number[] = []
    for (const [, json = ''] of examples) written.push((await bring(json)).written)
    assert.deepEqual(written, [1, 7])
  })
})
