/** Reads of photos that become visible later, one after another. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createLatePhotos, type OwnerRow } from '../../../src/dev/faults/late-photos.ts'

const alice = (version: string | null): OwnerRow => ({
  tenant_id: 't',
  id: 'alice',
  version,
  upload_hash: version,
  renditions: version,
  updated_at: version === null ? null : 1,
})

describe('photos that are visible later', () => {
  test('appear in the order in which they were set', () => {
    let now = 1000
    const late = createLatePhotos(() => now)
    const seen = (version: string) => {
      const shown = late.find('user', alice(version))
      return shown === undefined ? version : shown.photo.version
    }
    late.hold('user', alice(null), 'rule').release(400)
    assert.equal(seen('one'), null)
    now = 1200
    late.hold('user', alice('one'), 'rule').release(400)
    assert.equal(seen('two'), null)
    now = 1400
    assert.equal(seen('two'), 'one')
    now = 1600
    assert.equal(seen('two'), 'two')
  })

  test('are hidden from the start of the write, and not after a failed one', () => {
    const late = createLatePhotos(() => 0)
    const hold = late.hold('user', alice('one'), 'rule')
    assert.equal(late.find('user', alice('two'))?.photo.version, 'one')
    hold.drop()
    assert.equal(late.find('user', alice('two')), undefined)
  })

  test('do not hide other photos', () => {
    const late = createLatePhotos(() => 0)
    late.hold('user', alice(null), 'rule').release(10)
    assert.equal(late.find('group', alice('one')), undefined)
    assert.equal(late.find('user', { ...alice('one'), tenant_id: 'other' }), undefined)
    assert.equal(late.find('user', { ...alice('one'), id: 'bob' }), undefined)
    assert.ok(late.find('user', alice('one')))
    late.forget()
    assert.equal(late.find('user', alice('one')), undefined)
  })
})
