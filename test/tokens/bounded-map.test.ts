import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createBoundedMap } from '../../src/tokens/bounded-map.ts'

test('the least recently used entry is removed first', () => {
  const map = createBoundedMap<number>(2)
  map.set('a', 1)
  map.set('b', 2)
  assert.equal(map.get('a'), 1)
  map.set('c', 3)
  assert.equal(map.get('b'), undefined)
  assert.deepEqual([map.get('a'), map.get('c'), map.size()], [1, 3, 2])
})

test('setting an entry again replaces it', () => {
  const map = createBoundedMap<number>(2)
  map.set('a', 1)
  map.set('b', 2)
  map.set('a', 3)
  assert.equal(map.size(), 2)
  map.set('c', 4)
  assert.deepEqual([map.get('a'), map.get('b')], [3, undefined])
})
