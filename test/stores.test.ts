/** How places are called: to people, and to tell whether two addresses mean the same. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { parsePostgres, parseS3 } from '../src/storage/location.ts'
import { placesOf } from '../src/stores.ts'

const rowsAt = (text: string) =>
  placesOf({ data: undefined, database: { url: parsePostgres(text) ?? '', connections: 2 } }).rows

describe('the name of a PostgreSQL', () => {
  test('is the same for the same place, whoever signs in and however', () => {
    const plain = rowsAt('postgres://db.example/visage')
    assert.equal(rowsAt('postgres://u:geheim@db.example:5432/visage?sslmode=require'), plain)
    assert.equal(rowsAt('postgresql://other.example/visage?host=db.example'), plain)
  })

  test('is another one for another socket, port, database or schema', () => {
    const names = [
      'postgres:///visage?host=/run/one',
      'postgres:///visage?host=/run/two',
      'postgres:///visage?host=/run/two&port=5433',
      'postgres:///other?host=/run/two',
      'postgres:///other?host=/run/two&options=-c%20search_path%3Dtwo',
    ].map(rowsAt)
    assert.equal(new Set(names).size, names.length)
  })
})

test('the name of a bucket says which store it is on, and no key', () => {
  const packs = parseS3('s3://photos/visage?endpoint=https://s3.example&profile=old')
  assert.equal(placesOf({ data: '/x', packs }).packs, 's3://photos/visage/ at https://s3.example')
})
