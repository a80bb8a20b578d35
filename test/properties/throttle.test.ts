/** A limit holds in every window, for any requests at any time. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Failure } from '../../src/failure.ts'
import { createThrottle, type Throttle } from '../../src/throttling/throttle.ts'

const rate = fc.record({
  amount: fc.integer({ min: 1, max: 20 }),
  windowMs: fc.integer({ min: 1, max: 20_000 }),
})
/** Milliseconds since the previous one, and the amount. */
const arrivals = fc.array(
  fc.record({
    after: fc.oneof(fc.constant(0), fc.nat(50), fc.nat(5000)),
    amount: fc.integer({ min: 1, max: 10 }),
  }),
  { maxLength: 200 },
)
type Event = Readonly<{ at: number; amount: number }>

function isRefused(act: () => unknown): Failure | undefined {
  try {
    act()
    return undefined
  } catch (error) {
    if (error instanceof Failure) return error
    throw error
  }
}

/** The highest amount in any window; it is enough to check those that end with an event. */
function most(events: readonly Event[], windowMs: number): number {
  const sums = events.map(({ at }) =>
    events
      .filter(event => event.at > at - windowMs && event.at <= at)
      .reduce((sum, { amount }) => sum + amount, 0),
  )
  return Math.max(0, ...sums)
}

test('no window ever sees more requests than the limit', () => {
  fc.assert(
    fc.property(rate, arrivals, (requests, coming) => {
      let elapsedMs = 1_700_000_000_000
      const throttle = createThrottle({ requests }, () => elapsedMs)
      const admitted: Event[] = []
      for (const { after } of coming) {
        elapsedMs += after
        if (!isRefused(() => throttle.admit('a'))) admitted.push({ at: elapsedMs, amount: 1 })
      }
      assert.ok(most(admitted, requests.windowMs) <= requests.amount)
    }),
    { numRuns: 500 },
  )
})

test('no window ever sees more bytes than the limit', () => {
  fc.assert(
    fc.property(rate, arrivals, (upload, coming) => {
      let elapsedMs = 1_700_000_000_000
      const throttle = createThrottle({ upload }, () => elapsedMs)
      const admitted: Event[] = []
      for (const { after, amount } of coming) {
        elapsedMs += after
        if (!isRefused(() => throttle.admit('a').addUpload(amount))) {
          admitted.push({ at: elapsedMs, amount })
        }
      }
      assert.ok(most(admitted, upload.windowMs) <= upload.amount)
    }),
    { numRuns: 500 },
  )
})

test('a limit refuses no client that stays below it in every window and a sixtieth', () => {
  fc.assert(
    fc.property(rate, arrivals, (requests, coming) => {
      let elapsedMs = 1_700_000_000_000
      const throttle = createThrottle({ requests }, () => elapsedMs)
      const asked: Event[] = []
      const slice = Math.ceil(requests.windowMs / 60)
      for (const { after } of coming) {
        elapsedMs += after
        const event = { at: elapsedMs, amount: 1 }
        if (most([...asked, event], requests.windowMs + slice) > requests.amount) continue
        asked.push(event)
        throttle.admit('a')
      }
    }),
    { numRuns: 500 },
  )
})

test('a client that waits for Retry-After without further requests is accepted', () => {
  fc.assert(
    fc.property(rate, arrivals, (requests, coming) => {
      let elapsedMs = 1_700_000_000_000
      const throttle = createThrottle({ requests }, () => elapsedMs)
      for (const { after } of coming) {
        elapsedMs += after
        const refusal = isRefused(() => throttle.admit('a'))
        if (!refusal) continue
        const seconds = Number(refusal.facts.retryAfterSeconds)
        assert.ok(Number.isInteger(seconds) && seconds >= 1)
        elapsedMs += seconds * 1000
        throttle.admit('a')
      }
    }),
    { numRuns: 500 },
  )
})

test('a clock that is set back allows no more requests than the real time does', () => {
  fc.assert(
    fc.property(rate, arrivals, fc.nat(10_000), (requests, coming, back) => {
      const clock = { now: 1_700_000_000_000, real: 0 }
      const throttle = createThrottle({ requests }, () => clock.now)
      const admitted: Event[] = []
      for (const [index, { after }] of coming.entries()) {
        clock.real += after
        clock.now += index === 3 ? after - back : after
        if (!isRefused(() => throttle.admit('a'))) admitted.push({ at: clock.real, amount: 1 })
      }
      assert.ok(most(admitted, requests.windowMs) <= requests.amount)
    }),
    { numRuns: 500 },
  )
})

test('there are never more concurrent requests than the limit, in any order of their ends', () => {
  const steps = fc.array(fc.oneof(fc.constant('begin'), fc.nat(10)), { maxLength: 200 })
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5 }), steps, (concurrent, order) => {
      const throttle: Throttle = createThrottle({ concurrent }, () => 0)
      const running: Disposable[] = []
      for (const step of order) {
        if (step === 'begin') {
          const isFull = running.length === concurrent
          const refusal = isRefused(() => running.push(throttle.admit('a')))
          assert.equal(refusal?.code, isFull ? 'concurrency-throttled' : undefined)
        } else running.splice(Number(step) % (running.length + 1), 1)[0]?.[Symbol.dispose]()
      }
    }),
  )
})
