/** Addresses of rows and packs: accepted and refused ones. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { parsePostgres, parseS3 } from '../../src/storage/location.ts'

describe('an address of PostgreSQL', () => {
  const cases: readonly (readonly [string, string | undefined])[] = [
    ['postgres://u:p@db.example:5433/visage', 'postgres://u:p@db.example:5433/visage'],
    ['postgresql://u@db.example/visage', 'postgresql://u@db.example/visage'],
    ['postgres:///visage?host=/run/postgresql', 'postgres:///visage?host=/run/postgresql'],
    ['postgres://db/v?sslmode=verify-full', 'postgres://db/v?sslmode=verify-full'],
    ['postgres://db/v?sslmode=require', 'postgres://db/v?sslmode=verify-full'],
    ['postgres://db/v?sslmode=verify-ca', 'postgres://db/v?sslmode=verify-full'],
    ['postgres://db/v?sslmode=no-verify', 'postgres://db/v?sslmode=no-verify'],
    ['postgres://db/v?sslmode=disable', 'postgres://db/v?sslmode=disable'],
    ['postgres://db/v?sslmode=prefer', undefined],
    ['postgres://db/v?sslmod=verify-full', undefined],
    ['postgres://db/v?sslmode=require&target_session_attrs=read-write', undefined],
    ['postgres://db/v?sslmode=toString', undefined],
    ['postgres://db', undefined],
    ['postgres://db/', undefined],
    ['postgres://db/a/b', undefined],
    ['mysql://db/visage', undefined],
    ['db.example/visage', undefined],
    ['', undefined],
  ]
  for (const [text, expected] of cases) {
    test(`${text} is ${expected ?? 'refused'}`, () => assert.equal(parsePostgres(text), expected))
  }
})

describe('an address of S3', () => {
  test('is a bucket of AWS, with virtual hosts and the region of the environment', () => {
    assert.deepEqual(parseS3('s3://photos'), {
      bucket: 'photos',
      prefix: '',
      endpoint: undefined,
      region: undefined,
      hasPathStyle: false,
    })
  })

  test('has a prefix that ends in one slash', () => {
    for (const text of ['s3://photos/visage/a', 's3://photos/visage/a/', 's3://photos//visage/a//'])
      assert.equal(parseS3(text)?.prefix, 'visage/a/')
  })

  test('of another store has path style and a default region, unless it names others', () => {
    const here = parseS3('s3://photos/?endpoint=http://127.0.0.1:7480')
    assert.deepEqual(
      [here?.endpoint, here?.region, here?.hasPathStyle],
      ['http://127.0.0.1:7480', 'us-east-1', true],
    )
    const there = parseS3(
      's3://photos?endpoint=https%3A%2F%2Fs3.example&region=eu-central-1&pathStyle=false',
    )
    assert.deepEqual(
      [there?.endpoint, there?.region, there?.hasPathStyle],
      ['https://s3.example', 'eu-central-1', false],
    )
  })

  test('may name the profile with its keys', () => {
    assert.equal(parseS3('s3://photos?profile=old-store')?.profile, 'old-store')
    assert.equal(parseS3('s3://photos')?.profile, undefined)
  })

  for (const text of [
    's3://',
    's3://photos?profile=',
    's3://UPPER',
    's3://a',
    's3://key:secret@photos',
    's3://:secret@photos',
    's3://photos?endpoint=https://key:secret@s3.example',
    's3://photos?endpoint=https%3A%2F%2Fs3.example%2F%23part',
    's3://photos?pathstyle=true',
    's3://photos?pathStyle=yes',
    's3://photos?endpoint=ftp://s3.example',
    's3://photos?endpoint=s3.example',
    's3://photos#part',
    's3://photos/%zz',
    's3://photos/fotos für alle',
    'https://photos.s3.amazonaws.com',
    'photos',
  ]) {
    test(`${text} is refused`, () => assert.equal(parseS3(text), undefined))
  }
})
