/**
 * Loaded into every measured process before its own code: answers what it and its workers have used so
 * far, and ends it when the bench is gone. It is idle until it is asked.
 */
import cluster, { type Worker } from 'node:cluster'
import { existsSync, readFileSync } from 'node:fs'

export type Usage = Readonly<{ cpuSeconds: number; peakMegabytes: number }>

process.on('message', message => {
  if (message === 'usage') void sumUsage().then(usage => process.send?.(usage))
})
process.on('disconnect', () => process.exit())
// The bench is no reason for a process to stay alive; for a worker its primary is.
if (cluster.isPrimary) process.channel?.unref()

async function sumUsage(): Promise<Usage> {
  const workers = Object.values(cluster.workers ?? {}).filter(worker => worker !== undefined)
  const usages = [readUsage(), ...(await Promise.all(workers.map(usageOf)))]
  return {
    cpuSeconds: usages.reduce((sum, each) => sum + each.cpuSeconds, 0),
    // Each one's own peak: the sum is no less than what they ever held at once.
    peakMegabytes: usages.reduce((sum, each) => sum + each.peakMegabytes, 0),
  }
}

/** A worker has this file loaded too. */
function usageOf(worker: Worker): Promise<Usage> {
  return new Promise(resolve => {
    const look = (message: unknown) => {
      if (!isUsage(message)) return
      worker.off('message', look)
      resolve(message)
    }
    worker.on('message', look)
    worker.send('usage')
  })
}

function isUsage(message: unknown): message is Usage {
  return typeof message === 'object' && message !== null && 'cpuSeconds' in message
}

function readUsage(): Usage {
  const { user, system } = process.cpuUsage()
  return {
    cpuSeconds: (user + system) / 1e6,
    peakMegabytes: peakKilobytes() / 1024,
  }
}

/** On Linux `maxRSS` is no less than what the parent held when it started this process (getrusage(2)). */
function peakKilobytes(): number {
  if (!existsSync('/proc/self/status')) return process.resourceUsage().maxRSS
  return Number(/^VmHWM:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1])
}
