/** How fast requests are sent: lanes, pauses, tries, and what servers say about it. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Answer, NoAnswer } from '../../src/push/client.ts'
import type { Clock } from '../../src/push/clock.ts'
import { createPace, inLanes, inOrder } from '../../src/push/pace.ts'
import { createPatience } from '../../src/push/patience.ts'
import { readRetryAfter } from '../../src/push/retry-after.ts'

const never = new AbortController().signal

function createClock(): Clock & { pass: (ms: number) => void } {
  let passed = 0
  const pass = (ms: number) => {
    passed += ms
  }
  return { now: () => passed, elapsed: () => passed, wait: async ms => pass(ms), pass }
}

describe('lanes', () => {
  test('grow by one for each round of successes, up to the most', () => {
    const pace = createPace(createClock(), 6, never)
    assert.equal(pace.lanes(), 4)
    for (let at = 0; at < 4; at++) pace.wentWell()
    assert.equal(pace.lanes(), 5)
    for (let at = 0; at < 100; at++) pace.wentWell()
    assert.equal(pace.lanes(), 6)
  })

  test('are halved once for complaints that come together, and never below one', () => {
    const clock = createClock()
    const pace = createPace(clock, 16, never)
    for (let at = 0; at < 4; at++) pace.wasTooMuch(undefined)
    assert.equal(pace.lanes(), 2)
    for (let at = 0; at < 5; at++) {
      clock.pass(1000)
      pace.wasTooMuch(undefined)
    }
    assert.equal(pace.lanes(), 1)
  })

  test('all pause for the longest Retry-After', async () => {
    const clock = createClock()
    const pace = createPace(clock, 16, never)
    pace.wasTooMuch(5000)
    pace.wasTooMuch(2000)
    await pace.ready()
    assert.equal(clock.elapsed(), 5000)
  })

  test('run so many at once, and begin nothing after an abort', async () => {
    const ending = new AbortController()
    let [running, most, done] = [0, 0, 0]
    await inLanes(
      Array.from({ length: 50 }, (_, at) => at),
      () => 3,
      ending.signal,
      async at => {
        running += 1
        most = Math.max(most, running)
        await new Promise(setImmediate)
        running -= 1
        done += 1
        if (at === 10) ending.abort()
      },
    )
    assert.equal(most, 3)
    assert.ok(done >= 11 && done <= 14, String(done))
  })

  test('end with the first failure, after the others have finished', async () => {
    let done = 0
    const working = inLanes(
      [1, 2, 3, 4, 5],
      () => 2,
      never,
      async item => {
        if (item === 1) throw new Error('first')
        await new Promise(setImmediate)
        done += 1
      },
    )
    await assert.rejects(working, /first/)
    assert.ok(done <= 1, String(done))
  })

  test('in order give results in the order of the items', async () => {
    const results: number[] = []
    const work = async (ms: number) => {
      for (let at = 0; at < ms; at++) await new Promise(setImmediate)
      return ms
    }
    for await (const one of inOrder([9, 1, 5, 0], () => 3, work)) results.push(one)
    assert.deepEqual(results, [9, 1, 5, 0])
  })
})

describe('Retry-After', () => {
  const read = (text: string, date = '') =>
    readRetryAfter(new Headers({ 'retry-after': text, ...(date && { date }) }), 0)
  test('is seconds, or a date by the clock of the server', () => {
    assert.equal(read('7'), 7000)
    const [sent, until] = ['Sat, 28 Nov 2026 10:00:00 GMT', 'Sat, 28 Nov 2026 10:00:09 GMT']
    assert.equal(read(until, sent), 9000)
    assert.equal(read(sent, until), undefined)
  })
  test('is not followed without limit, and not at all when it is neither or over', () => {
    assert.equal(read('99999999'), 15 * 60_000)
    for (const text of ['soon', '-5', '', '0']) assert.equal(read(text), undefined)
  })
})

describe('patience', () => {
  const answerOf = (status: number, headers = {}): Answer => ({
    status,
    headers: new Headers(headers),
    body: Buffer.alloc(0),
    requestId: 'r',
  })
  function patienceWith(answers: readonly (Answer | Error)[]) {
    const clock = createClock()
    let sent = 0
    const patience = createPatience({
      clock,
      random: () => 0.5,
      pace: createPace(clock, 16, never),
      signal: never,
      async send() {
        const answer = answers[Math.min(sent++, answers.length - 1)]
        if (answer instanceof Error || answer === undefined) throw answer
        return answer
      },
    })
    return { patience, clock, sent: () => sent }
  }
  const order = { method: 'GET', path: '/x' } as const
  const lost = new NoAnswer('cut', 'r', undefined)

  test('repeats a read until there is an answer', async () => {
    const { patience, sent } = patienceWith([answerOf(429), answerOf(500), lost, answerOf(200)])
    assert.equal((await patience.read(order)).status, 200)
    assert.equal(sent(), 4)
  })

  test('repeats a write only where the server did nothing', async () => {
    const busy = patienceWith([answerOf(429, { 'retry-after': '3' }), answerOf(200)])
    assert.equal((await busy.patience.write(order)).status, 200)
    assert.equal(busy.clock.elapsed(), 3000)
    assert.equal((await patienceWith([answerOf(500)]).patience.write(order)).status, 500)
    await assert.rejects(patienceWith([lost]).patience.write(order), NoAnswer)
  })

  test('ends after eight tries, with longer and longer pauses', async () => {
    const { patience, sent, clock } = patienceWith([answerOf(503)])
    assert.equal((await patience.read(order)).status, 503)
    assert.equal(sent(), 8)
    assert.ok(clock.elapsed() > 60_000)
  })
})
