/** How often changes are told to a screen reader. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { spaceOut } from '../../../web/src/crop/space-out.ts'

function begin() {
  const told: string[] = []
  const pauses: (() => void)[] = []
  const say = spaceOut(
    (text: string) => told.push(text),
    1000,
    then => pauses.push(then),
  )
  return { told, say, pauses, endPause: () => pauses.shift()?.() }
}

test('The first is told at once, and of those that come in the pause only the last.', () => {
  const { told, say, endPause } = begin()
  for (const text of ['120 %', '140 %', '160 %']) say(text)
  assert.deepEqual(told, ['120 %'])
  endPause()
  assert.deepEqual(told, ['120 %', '160 %'])
})

test('What was told after a pause has a pause of its own.', () => {
  const { told, say, pauses, endPause } = begin()
  say('one')
  say('two')
  endPause()
  say('three')
  assert.deepEqual(told, ['one', 'two'])
  assert.equal(pauses.length, 1)
  endPause()
  assert.deepEqual(told, ['one', 'two', 'three'])
})

test('Nothing is told twice, and after a quiet pause the next is told at once.', () => {
  const { told, say, endPause } = begin()
  say('one')
  endPause()
  assert.deepEqual(told, ['one'])
  say('two')
  assert.deepEqual(told, ['one', 'two'])
})
