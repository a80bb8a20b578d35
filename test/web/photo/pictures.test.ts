/** The pictures of one version of a photo. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createPictures, type Size } from '../../../web/src/photo/pictures.ts'

const settled = () => new Promise<void>(resolve => setImmediate(resolve))

describe('the pictures of a photo', () => {
  test('are fetched once for each size', async () => {
    const asked: Size[] = []
    const pictures = createPictures(async size => {
      asked.push(size)
      return new Blob([String(size)])
    })
    for (const size of [48, 96, 48, undefined, undefined]) pictures.want(size)
    await settled()
    assert.deepEqual(asked, [48, 96, undefined])
    assert.ok(pictures.get(96) instanceof Blob)
  })

  test('are loading until they are there', () => {
    const pictures = createPictures(() => new Promise(() => {}))
    assert.equal(pictures.get(48), 'loading')
    pictures.want(48)
    assert.equal(pictures.get(48), 'loading')
  })

  test('that cannot be had are missing or have failed, with the reason', async () => {
    const pictures = createPictures(async size => {
      if (size === 48) throw new Error('no network')
      return undefined
    })
    pictures.want(48)
    pictures.want(64)
    await settled()
    assert.equal(pictures.get(48), 'failed')
    assert.equal(pictures.get(64), 'missing')
    assert.match(String(pictures.problem()), /no network/)
  })

  test('that failed are fetched again when they are tried again, others are not', async () => {
    const asked: Size[] = []
    const pictures = createPictures(async size => {
      asked.push(size)
      if (asked.length === 1) throw new Error('no network')
      return new Blob([String(size)])
    })
    pictures.want(48)
    pictures.want(64)
    await settled()
    pictures.retry()
    assert.equal(pictures.problem(), undefined)
    await settled()
    assert.deepEqual(asked, [48, 64, 48])
    assert.ok(pictures.get(48) instanceof Blob)
  })

  test('of a former version end their requests and say nothing', async () => {
    let heard = 0
    let signal: AbortSignal | undefined
    const answer = Promise.withResolvers<Blob>()
    const pictures = createPictures((_size, given) => {
      signal = given
      return answer.promise
    })
    pictures.want(48)
    pictures.subscribe(() => heard++)
    pictures.close()
    answer.resolve(new Blob([]))
    await settled()
    assert.equal(signal?.aborted, true)
    assert.equal(heard, 0)
  })
})
