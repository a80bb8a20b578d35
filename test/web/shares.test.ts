/** Figures on who has a photo. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readCoverage } from '../../web/src/graph/coverage.ts'
import { sumOf, withMostMissing } from '../../web/src/views/shares.ts'

const shares = [
  { department: undefined, people: 12, withPhoto: 3 },
  { department: 'IT', people: 10, withPhoto: 10 },
  { department: 'Sales', people: 40, withPhoto: 31 },
  { department: 'Closed', people: 0, withPhoto: 0 },
]

test('the whole is the sum of its parts', () =>
  assert.deepEqual(sumOf(shares), { people: 62, withPhoto: 44 }))

test('departments where most photos are missing come first, and only departments with people', () =>
  assert.deepEqual(
    withMostMissing(shares).map(({ department }) => department),
    ['Sales', 'IT'],
  ))

test('the figures of all pages are read, but not without end', async () => {
  const asked: string[] = []
  const graph = {
    send: async (_method: string, path: string) => {
      asked.push(path)
      const value = [{ department: null, people: 2, withPhoto: '1' }]
      const next = 'http://server/v1.0/visage/photoCoverage?$skiptoken=x'
      return Response.json({ value, '@odata.nextLink': next })
    },
  }
  const found = await readCoverage(graph, new AbortController().signal)
  assert.equal(asked.length, 10)
  assert.equal(asked[1], '/visage/photoCoverage?$skiptoken=x')
  assert.deepEqual(found[0], { department: undefined, people: 2, withPhoto: 1 })
})
