/**
 * A worker of `visage serve --workers`: starts when its primary says so, tells it how that went, and
 * ends when it says so. It decides nothing: how many there are, and when, is workers.ts.
 */
import { startServing } from './serve.ts'
import { jsonLines, type Terminal } from './terminal.ts'
import { isOrder, type Order, type Report, tellError } from './worker-messages.ts'

const terminal: Terminal = {
  print: line => process.stdout.write(`${line}\n`),
  complain: line => process.stderr.write(`${line}\n`),
  colours: 'plain',
}

/**
 * Signals are for the primary: a terminal's Ctrl-C and a service manager's SIGTERM reach every process
 * of the group, and the end is one all the same. When the primary is gone, node:cluster ends the worker.
 */
export function work(self: NodeJS.Process): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) self.on(signal, () => {})
  let serving: ReturnType<typeof startServing> | undefined

  const start = async ({ number, config }: Order & { order: 'start' }) => {
    const lines = jsonLines(terminal, Date.now)
    serving = startServing(config, (severity, fields) =>
      lines(severity, { ...fields, worker: number }),
    )
    await report(self, { report: 'ready', origin: (await serving).origin })
  }
  const end = async () => {
    const server = await serving
    await server?.close()
    self.exit(0)
  }
  self.on('message', message => {
    if (!isOrder(message)) return
    const obeyed = message.order === 'start' ? start(message) : end()
    obeyed.catch(async error => {
      await report(self, { report: 'failed', error: tellError(error) })
      self.exit(1)
    })
  })
  void report(self, { report: 'waiting' })
}

/** Resolves when it is on its way, also when nobody is there any more. */
function report(self: NodeJS.Process, message: Report): Promise<void> {
  return new Promise(resolve => self.send?.(message, () => resolve()))
}
