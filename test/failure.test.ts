import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Failure } from '../src/failure.ts'

test('a refusal has no stack trace; its cause and later bugs keep theirs', () => {
  const cause = new TypeError('a bug')
  const failure = new Failure('overloaded', { detail: 'so many', cause })
  assert.equal(failure.stack, 'Failure: overloaded: so many')
  assert.match(cause.stack ?? '', /\n +at /)
  assert.match(new Error('another').stack ?? '', /\n +at /)
})
