/**
 * Loaded into every measured process before its own code: on request, it reports what the process, its workers and
 * their renderers have used so far. It ends the process when the bench has ended.
 */
import cluster, { type Worker } from 'node:cluster'
import { existsSync, readFileSync } from 'node:fs'

export type Usage = Readonly<{ cpuSeconds: number; peakMegabytes: number }>

process.on('message', message => {
  if (message === 'usage') void sumUsage().then(usage => process.send?.(usage))
})
process.on('disconnect', () => process.exit())
// The channel to the bench must not keep a process alive; in a worker, the channel to its primary must.
if (cluster.isPrimary) process.channel?.unref()

async function sumUsage(): Promise<Usage> {
  const workers = Object.values(cluster.workers ?? {}).filter(worker => worker !== undefined)
  const usages = [readUsage(), ...(await Promise.all(workers.map(usageOf)))]
  return {
    cpuSeconds: usages.reduce((sum, each) => sum + each.cpuSeconds, 0),
    // The sum of the peaks is at least the peak of the sum.
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
    cpuSeconds: (user + system) / 1e6 + cpuSecondsOfOthers(),
    peakMegabytes: peakKilobytes() / 1024,
  }
}

/** The time of child processes that do not report themselves, including those that have ended. */
function cpuSecondsOfOthers(): number {
  const answering = Object.values(cluster.workers ?? {}).map(worker => worker?.process.pid)
  const children = read(`/proc/self/task/${process.pid}/children`).split(' ').filter(Boolean)
  const others = children.filter(pid => !answering.includes(Number(pid)))
  const { ofEnded } = readTimes('self')
  return others.reduce((sum, pid) => sum + readTimes(pid).own, ofEnded)
}

/** Linux tells times in hundredths of a second, whatever its clock. https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
const ticksPerSecond = 100

function readTimes(pid: string): Readonly<{ own: number; ofEnded: number }> {
  const text = read(`/proc/${pid}/stat`)
  // The name before it may hold spaces and brackets.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  const [user = 0, system = 0, endedUser = 0, endedSystem = 0] = [11, 12, 13, 14].map(
    index => Number(fields[index] ?? 0) / ticksPerSecond,
  )
  return { own: user + system, ofEnded: endedUser + endedSystem }
}

function read(file: string): string {
  try {
    return readFileSync(file, 'latin1')
  } catch {
    // It has ended meanwhile, or there is no /proc.
    return ''
  }
}

/** On Linux `maxRSS` is no less than what the parent held when it started this process (getrusage(2)). */
function peakKilobytes(): number {
  if (!existsSync('/proc/self/status')) return process.resourceUsage().maxRSS
  return Number(/^VmHWM:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1])
}
