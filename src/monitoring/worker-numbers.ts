/**
 * Several worker processes as one: the primary collects numbers or readiness of each and adds them up. The
 * counts of a worker that has ended, or does not answer in time, stay in the sum: to Prometheus, a falling
 * counter is a restart, and the rest would count again.
 */
import type { Worker } from 'node:cluster'
import { AggregatorRegistry, type MetricObject, Registry } from 'prom-client'
import { type Family, families } from './families.ts'
import type { Exposed } from './metrics-listener.ts'
import type { Readiness } from './readiness.ts'

/** Their names tell these messages apart from others between primary and workers. */
type Question = Readonly<{ question: number; about: 'numbers' | 'readiness' }>
type Reply = Readonly<{ answerTo: number; numbers?: Numbers; readiness?: Readiness }>
type Numbers = readonly MetricObject[]

/** In a worker, once it serves: from now on it answers its primary. */
export function answerPrimary(
  self: NodeJS.Process,
  registry: Registry,
  look: () => Promise<Readiness>,
): void {
  self.on('message', async (message: unknown) => {
    if (!isQuestion(message)) return
    const found =
      message.about === 'numbers'
        ? { numbers: await registry.getMetricsAsJSON() }
        : { readiness: await look() }
    const reply: Reply = { answerTo: message.question, ...found }
    // If the primary has ended, nothing needs the answer.
    self.send?.(reply, () => {})
  })
}

/** In the primary: for `listenForMetrics`, over all workers that serve at that moment. */
export function gatherFromWorkers(workers: () => readonly Worker[], timeoutMs = 2500): Exposed {
  const addUp = rememberCounts()
  let questions = 0
  const askAll = async (about: Question['about']) => {
    questions += 1
    const question: Question = { question: questions, about }
    const asked = workers().filter(worker => worker.isConnected())
    const replies = asked.map(async worker => {
      return [worker, await ask(worker, question, timeoutMs)] as const
    })
    return new Map(await Promise.all(replies))
  }
  return {
    numbers: async () => {
      const replies = await askAll('numbers')
      return await addUp(workers(), worker => replies.get(worker)?.numbers).metrics()
    },
    look: async () => {
      const replies = await askAll('readiness')
      return joinReadiness([...replies.values()].map(reply => reply?.readiness))
    },
    contentType: Registry.PROMETHEUS_CONTENT_TYPE,
  }
}

/** Adds the current numbers of those that answer to the last numbers of the others. */
function rememberCounts() {
  const lastOf = new Map<Worker, Numbers>()
  let ofThoseGone: Numbers = []
  return (
    workers: readonly Worker[],
    saidBy: (worker: Worker) => Numbers | undefined,
  ): Registry => {
    const all = workers.map(worker => {
      const numbers = saidBy(worker)
      if (numbers) lastOf.set(worker, numbers.filter(isLasting))
      return numbers ?? lastOf.get(worker) ?? []
    })
    for (const [worker, counted] of lastOf) {
      if (workers.includes(worker)) continue
      ofThoseGone = AggregatorRegistry.aggregate([ofThoseGone, counted]).getMetricsAsArray()
      lastOf.delete(worker)
    }
    return AggregatorRegistry.aggregate([...all, ofThoseGone])
  }
}

const lasting = new Set<string>(
  Object.values<Family>(families).flatMap(({ name, lasts }) => (lasts ? name : [])),
)

/** A gauge ends with its worker; the time of the last event stays. */
function isLasting({ name, type }: MetricObject): boolean {
  // Declared as a number, but in fact a name.
  return String(type) !== 'gauge' || lasting.has(name)
}

async function ask(
  worker: Worker,
  question: Question,
  timeoutMs: number,
): Promise<Reply | undefined> {
  const answered = Promise.withResolvers<Reply | undefined>()
  const listen = (message: unknown) => {
    if (isReply(message) && message.answerTo === question.question) answered.resolve(message)
  }
  worker.on('message', listen)
  const timer = setTimeout(() => answered.resolve(undefined), timeoutMs)
  worker.send(question, error => error && answered.resolve(undefined))
  try {
    return await answered.promise
  } finally {
    clearTimeout(timer)
    worker.off('message', listen)
  }
}

/**
 * Workers share their stores, so a part that is unavailable to one is so to all. A worker that does not
 * answer does not serve.
 */
function joinReadiness(all: readonly (Readiness | undefined)[]): Readiness {
  const said = all.filter(readiness => readiness !== undefined)
  const worst = said.find(({ status }) => status !== 'ready') ?? said[0]
  if (worst !== undefined && said.length === all.length) return worst
  return { status: 'unavailable', parts: { ...worst?.parts, workers: 'unavailable' } }
}

function isQuestion(message: unknown): message is Question {
  return typeof message === 'object' && message !== null && 'question' in message
}

function isReply(message: unknown): message is Reply {
  return typeof message === 'object' && message !== null && 'answerTo' in message
}
