/**
 * Several worker processes as one: the primary asks each for its numbers and its readiness, and adds them
 * up. A worker that does not answer in time, being about to start or to end, is left out.
 */
import type { Worker } from 'node:cluster'
import { AggregatorRegistry, type MetricObject, Registry } from 'prom-client'
import type { Exposed } from './metrics-listener.ts'
import type { Readiness } from './readiness.ts'

/** Told apart by their names from whatever else a primary and its workers say to each other. */
type Question = Readonly<{ numbersWanted: number }>
type Reply = Readonly<{ numbersFor: number; numbers: MetricObject[]; readiness: Readiness }>

/** In a worker, once it serves: from now on it answers its primary. */
export function answerPrimary(
  self: NodeJS.Process,
  registry: Registry,
  look: () => Promise<Readiness>,
): void {
  self.on('message', async (message: unknown) => {
    if (!isQuestion(message)) return
    const reply: Reply = {
      numbersFor: message.numbersWanted,
      numbers: await registry.getMetricsAsJSON(),
      readiness: await look(),
    }
    // The primary may have gone meanwhile; then nobody wants to know.
    self.send?.(reply, () => {})
  })
}

/** In the primary: what `listenForMetrics` exposes, of all workers there are when it is asked. */
export function gatherFromWorkers(workers: () => readonly Worker[], patienceMs = 2500): Exposed {
  let questions = 0
  const askAll = async () => {
    questions += 1
    const question: Question = { numbersWanted: questions }
    const asked = workers().filter(worker => worker.isConnected())
    const replies = await Promise.all(asked.map(worker => ask(worker, question, patienceMs)))
    return replies.filter(reply => reply !== undefined)
  }
  return {
    async numbers() {
      const replies = await askAll()
      return AggregatorRegistry.aggregate(replies.map(({ numbers }) => numbers)).metrics()
    },
    look: async () => joinReadiness((await askAll()).map(({ readiness }) => readiness)),
    contentType: Registry.PROMETHEUS_CONTENT_TYPE,
  }
}

async function ask(
  worker: Worker,
  question: Question,
  patienceMs: number,
): Promise<Reply | undefined> {
  const answered = Promise.withResolvers<Reply | undefined>()
  const listen = (message: unknown) => {
    if (isReply(message) && message.numbersFor === question.numbersWanted) answered.resolve(message)
  }
  worker.on('message', listen)
  const timer = setTimeout(() => answered.resolve(undefined), patienceMs)
  worker.send(question, error => error && answered.resolve(undefined))
  try {
    return await answered.promise
  } finally {
    clearTimeout(timer)
    worker.off('message', listen)
  }
}

/** Ready when all are that said anything: they share their stores, so what is away is away for all. */
function joinReadiness(all: readonly Readiness[]): Readiness {
  const worst = all.find(({ status }) => status !== 'ready') ?? all[0]
  return worst ?? { status: 'unavailable', parts: { workers: 'unavailable' } }
}

function isQuestion(message: unknown): message is Question {
  return typeof message === 'object' && message !== null && 'numbersWanted' in message
}

function isReply(message: unknown): message is Reply {
  return typeof message === 'object' && message !== null && 'numbersFor' in message
}
