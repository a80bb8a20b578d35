/** What is read from the output of a program in another language. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { renderResults } from '../../tools/clients.ts'
import { readOutcomes } from './outcome.ts'

const checks = ['upload user', 'bytes user']

describe('the outcomes of a program', () => {
  test('are one for each check, whatever else it prints', () => {
    const output =
      'a warning\n{"check":"upload user"}\n{"check": "bytes user", "library": "no call"}\n'
    assert.deepEqual(readOutcomes(output, checks), [
      { check: 'upload user' },
      { check: 'bytes user', library: 'no call' },
    ])
  })
  test('are a failure where it said nothing', () => {
    const [, second] = readOutcomes('{"check":"upload user"}', checks)
    assert.deepEqual(second, { check: 'bytes user', failed: 'the program said nothing of it' })
  })
  test('are a failure where it failed once, though it held another time', () => {
    const output = '{"check":"upload user"}\n{"check":"upload user","failed":"500"}'
    assert.equal(readOutcomes(output, checks)[0]?.failed, '500')
  })
  test('are a failure for a check that does not exist', () => {
    const found = readOutcomes('{"check":"upload usr"}', [])
    assert.deepEqual(found, [{ check: 'upload usr', failed: 'there is no such check' }])
  })
  test('can be said for all others at once', () => {
    const found = readOutcomes('{"check":"upload user"}\n{"check":"*","library":"none"}', checks)
    assert.deepEqual(found[1], { check: 'bytes user', library: 'none' })
  })
})

test('the table names what failed, what an SDK cannot do, and what was not run', () => {
  const table = renderResults({
    python: {
      title: 'Python',
      date: '2026-01-02',
      versions: { sdk: '1.2.3' },
      isSdk: true,
      outcomes: [
        { check: 'remove user' },
        { check: 'remove group' },
        { check: 'batch read', failed: '500' },
        { check: 'batch photo', library: 'see there' },
      ],
    },
  })
  assert.match(table, /\| DELETE a photo \| yes \|/)
  assert.match(table, /\| `\$batch` \| read: \*\*failed\*\*<br>photo: no \|/)
  assert.match(table, /\| GET its bytes \| not run \|/)
  assert.match(table, /- Python, batch photo: see there/)
})
