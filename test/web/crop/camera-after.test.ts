/** The button "Other camera" leads to each camera in turn. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cameraAfter } from '../../../web/src/crop/camera-after.ts'

test('Each of three cameras has its turn.', () => {
  const all = ['front', 'back', 'wide']
  const turns = ['front', 'back', 'wide'].map(current => cameraAfter(current, all))
  assert.deepEqual(turns, ['back', 'wide', 'front'])
})

test('One camera has no other, and none has none.', () => {
  assert.equal(cameraAfter('front', ['front']), undefined)
  assert.equal(cameraAfter('front', []), undefined)
})

test('Cameras without ids cannot be chosen.', () => {
  assert.equal(cameraAfter('', ['', '']), undefined)
})

test('A camera that is not in the list leads to the first.', () => {
  assert.equal(cameraAfter('gone', ['front', 'back']), 'front')
})
