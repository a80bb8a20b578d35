/** The text of places: for people, and to compare two addresses. */
import assert from 'node:assert/strict'
import { mkdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { placesOf } from '../../src/serving/stores.ts'
import { parsePostgres, parseS3 } from '../../src/storage/location.ts'
import { inFolder } from '../support/visage.ts'

const rowsAt = (text: string) =>
  placesOf({ data: undefined, database: { url: parsePostgres(text) ?? '', connections: 2 } }).rows

describe('the name of a PostgreSQL', () => {
  test('is the same for the same place, with any user and credentials', () => {
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

const packsAt = (text: string) => placesOf({ data: '/x', packs: parseS3(text) }).packs

describe('the name of a bucket', () => {
  test('names the store, and no key', () => {
    const name = packsAt('s3://photos/visage?endpoint=https://s3.example&profile=old')
    assert.equal(name, 's3://photos/visage/ at https://s3.example')
  })

  test('is the same for the same store, however its endpoint is written', () => {
    const name = packsAt('s3://photos/visage?endpoint=http://s3.example')
    assert.equal(packsAt('s3://photos/visage/?endpoint=HTTP://S3.example:80/'), name)
    assert.notEqual(packsAt('s3://photos/visage?endpoint=http://s3.example:9000'), name)
  })

  test('differs between partitions of AWS, by region or profile', () => {
    const names = ['region=us-gov-west-1', 'region=us-east-1', 'profile=old', 'profile=new']
    assert.equal(new Set(names.map(query => packsAt(`s3://photos?${query}`))).size, names.length)
  })
})

test('the name of a folder is the same by links and dots, and before there is one', () =>
  inFolder(async folder => {
    await mkdir(join(folder, 'data'))
    await symlink(join(folder, 'data'), join(folder, 'link'))
    const { rows, packs } = placesOf({ data: join(folder, 'data') })
    for (const other of ['link', 'link/', 'data/../link', './data/.']) {
      assert.deepEqual(placesOf({ data: `${folder}/${other}` }), { rows, packs })
    }
    await mkdir(join(folder, 'large'))
    await symlink(join(folder, 'large'), join(folder, 'data/packs'))
    assert.match(placesOf({ data: join(folder, 'link') }).packs, /large$/)
  }))
