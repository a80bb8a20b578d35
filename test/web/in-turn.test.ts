/** Many writes, a few at a time, and what happens when the server is busy. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Problem } from '../../web/src/graph/problem.ts'
import { performInTurn } from '../../web/src/photo/many/in-turn.ts'

const numbersTo = (count: number) => Array.from({ length: count }, (_, number) => number)
const never = new AbortController().signal

test('four are done at once, and each once', async () => {
  const [running, done] = [new Set<number>(), [] as number[]]
  let most = 0
  await performInTurn({
    tasks: numbersTo(10),
    atOnce: 4,
    signal: never,
    wait: async () => assert.fail('nobody was busy'),
    settled: task => done.push(task),
    perform: async task => {
      running.add(task)
      most = Math.max(most, running.size)
      await new Promise(resolve => setImmediate(resolve))
      running.delete(task)
    },
  })
  assert.equal(most, 4)
  assert.deepEqual(
    done.toSorted((a, b) => a - b),
    numbersTo(10),
  )
})

test('while the server is busy nothing is sent; then the refused one is tried again', async () => {
  const sent: number[] = []
  const { promise, resolve } = Promise.withResolvers<void>()
  let waitedMs = 0
  const all = performInTurn({
    tasks: [1, 2, 3],
    atOnce: 1,
    signal: never,
    wait: ms => {
      waitedMs = ms
      return promise
    },
    settled: () => undefined,
    perform: async task => {
      sent.push(task)
      if (sent.length === 1) throw new Problem({ kind: 'busy', retryAfterSeconds: 7 })
    },
  })
  await new Promise(resolve => setImmediate(resolve))
  assert.deepEqual([sent, waitedMs], [[1], 7000])
  resolve()
  await all
  assert.deepEqual(sent, [1, 1, 2, 3])
})

test('one that stays refused ends as a problem, and the others go on', async () => {
  const problems: [number, unknown][] = []
  let attempts = 0
  await performInTurn({
    tasks: [1, 2, 3],
    atOnce: 2,
    signal: never,
    wait: async () => undefined,
    settled: (task, result) => 'problem' in result && problems.push([task, result.problem]),
    perform: async task => {
      if (task === 1) attempts++
      if (task === 1) throw new Problem({ kind: 'busy' })
      if (task === 2) throw new Problem({ kind: 'forbidden' })
    },
  })
  const kinds = problems.map(([task, problem]) => [
    task,
    problem instanceof Problem && problem.kind,
  ])
  assert.deepEqual(kinds.toSorted(), [
    [1, 'busy'],
    [2, 'forbidden'],
  ])
  assert.equal(attempts, 5)
})

test('after the end nothing more is begun', async () => {
  const leaving = new AbortController()
  const begun: number[] = []
  await performInTurn({
    tasks: [1, 2, 3, 4],
    atOnce: 2,
    signal: leaving.signal,
    wait: async () => undefined,
    settled: () => undefined,
    perform: async task => {
      begun.push(task)
      leaving.abort()
    },
  })
  assert.deepEqual(begun, [1])
})
