/** A list that is read page by page: what is shown while questions change, and which answers count. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Page } from '../../web/src/graph/page.ts'
import { createPager } from '../../web/src/graph/pager.ts'

type Row = Readonly<{ id: string }>
type Asked = Readonly<{
  path: string
  signal: AbortSignal
  answer: (page: Page<Row>) => Promise<void>
  refuse: (problem: unknown) => Promise<void>
}>

/** A server whose answers the test gives, in any order. */
function startServer() {
  const asked: Asked[] = []
  const pager = createPager<Row>((path, signal) => {
    const { promise, resolve, reject } = Promise.withResolvers<Page<Row>>()
    const settle = async (act: () => void) => {
      act()
      await promise.catch(() => undefined)
      await Promise.resolve()
    }
    asked.push({
      path,
      signal,
      answer: page => settle(() => resolve(page)),
      refuse: problem => settle(() => reject(problem)),
    })
    return promise
  })
  return { pager, asked }
}

const page = (ids: string, next?: string, count?: number): Page<Row> => ({
  rows: [...ids].map(id => ({ id })),
  next,
  count,
})
const idsOf = (rows: readonly Row[]) => rows.map(({ id }) => id).join('')

describe('a list in pages', () => {
  test('goes on where the page before ended, and ends', async () => {
    const { pager, asked } = startServer()
    pager.open('/a')
    assert.deepEqual([pager.current().state, pager.current().path], ['opening', undefined])
    await asked[0]?.answer(page('ab', '/a2', 3))
    assert.deepEqual([pager.current().state, pager.current().hasMore], ['ready', true])
    pager.more()
    pager.more()
    assert.equal(pager.current().state, 'more')
    assert.deepEqual(
      asked.slice(1).map(({ path }) => path),
      ['/a2'],
    )
    await asked[1]?.answer(page('bc'))
    const { rows, hasMore, count } = pager.current()
    assert.deepEqual([idsOf(rows), hasMore, count], ['abc', false, 3])
    pager.more()
    assert.equal(asked.length, 2)
  })

  test('shows the rows of the question before until the answer is there', async () => {
    const { pager, asked } = startServer()
    pager.open('/a')
    await asked[0]?.answer(page('a'))
    pager.open('/b')
    assert.deepEqual([pager.current().state, idsOf(pager.current().rows)], ['opening', 'a'])
    await asked[1]?.answer(page('b'))
    assert.deepEqual([pager.current().path, idsOf(pager.current().rows)], ['/b', 'b'])
  })

  test('drops the answer, and the refusal, of an older question', async () => {
    const { pager, asked } = startServer()
    pager.open('/a')
    pager.open('/b')
    pager.open('/c')
    assert.deepEqual(
      asked.map(({ signal }) => signal.aborted),
      [true, true, false],
    )
    await asked[2]?.answer(page('c'))
    await asked[0]?.answer(page('a'))
    await asked[1]?.refuse(new Error('late'))
    assert.deepEqual([pager.current().state, idsOf(pager.current().rows)], ['ready', 'c'])
  })

  test('asks once more for the page that failed, and keeps what it has', async () => {
    const { pager, asked } = startServer()
    pager.open('/a')
    await asked[0]?.answer(page('a', '/a2'))
    pager.more()
    const problem = new Error('busy')
    await asked[1]?.refuse(problem)
    assert.deepEqual([pager.current().state, pager.current().problem], ['failed', problem])
    pager.again()
    assert.equal(asked[2]?.path, '/a2')
    await asked[2]?.answer(page('b'))
    assert.equal(idsOf(pager.current().rows), 'ab')
  })

  test('tells those who subscribed, until they end it; closed, it tells nobody', async () => {
    const { pager, asked } = startServer()
    let told = 0
    const end = pager.subscribe(() => told++)
    pager.open('/a')
    await asked[0]?.answer(page('a'))
    assert.equal(told, 2)
    end()
    pager.open('/b')
    pager.close()
    assert.equal(asked[1]?.signal.aborted, true)
    await asked[1]?.answer(page('b'))
    assert.deepEqual([told, idsOf(pager.current().rows)], [2, 'a'])
  })
})
