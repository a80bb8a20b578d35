/**
 * A worker of `visage serve --workers`: starts, reports and ends by order of its primary. workers.ts decides how many
 * workers run, and when.
 */

import { readTracing } from '../settings/environment.ts'
import type { WorkerSet } from './options.ts'
import { logOf, startServing } from './serve.ts'
import { isOrder, type Order, type Report, serializeError } from './worker-messages.ts'

/**
 * Only the primary handles signals: a terminal's Ctrl-C and a service manager's SIGTERM reach every process of the
 * group. If the primary is gone, node:cluster ends the worker.
 */
export function work(self: NodeJS.Process): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) self.on(signal, () => {})
  let serving: ReturnType<typeof startServing> | undefined
  const workerSet = openWorkerSet()

  const start = async ({ number, config }: Order & { order: 'start' }) => {
    const write = logOf(config, { worker: number })
    serving = startServing(config, write, readTracing(), workerSet)
    const { origin, metrics, readiness } = await serving
    if (metrics) {
      const { answerPrimary } = await import('../monitoring/worker-numbers.ts')
      answerPrimary(self, metrics.registry, readiness.look)
    }
    await report(self, { report: 'ready', origin })
  }
  const end = async () => {
    const server = await serving
    await server?.close()
    self.exit(0)
  }
  const carryOut = async (order: Order) => {
    switch (order.order) {
      case 'start':
        return await start(order)
      case 'update-worker-set':
        return workerSet.update(order.isComplete)
      case 'use-certificate':
        return (await serving)?.useCertificate(order.certificate)
      case 'end':
        return await end()
    }
  }
  self.on('message', message => {
    if (!isOrder(message)) return
    carryOut(message).catch(async error => {
      await report(self, { report: 'failed', error: serializeError(error) })
      self.exit(1)
    })
  })
  void report(self, { report: 'waiting' })
}

/** The state of all workers, as the primary last sent it. */
function openWorkerSet(): WorkerSet & Readonly<{ update: (isCompleteNow: boolean) => void }> {
  let isComplete = false
  let completions = 0
  return {
    isComplete: () => isComplete,
    completions: () => completions,
    update(isCompleteNow) {
      if (isCompleteNow && !isComplete) completions += 1
      isComplete = isCompleteNow
    },
  }
}

/** Resolves when the message is sent, or cannot be sent because the primary is gone. */
function report(self: NodeJS.Process, message: Report): Promise<void> {
  return new Promise(resolve => self.send?.(message, () => resolve()))
}
