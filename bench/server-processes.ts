/**
 * The resources of servers that are not our Node processes, such as a database, read from /proc by process id, and the
 * processors they run on.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { canPin, type Place, processors } from './processors.ts'

/** Without /proc, other processes cannot be measured. */
export const canCount: boolean = existsSync('/proc/self/stat')

/** Linux tells times in hundredths of a second, whatever its clock. https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
const ticksPerSecond = 100

/**
 * Seconds of processor time of these processes and their children, of those children too that have
 * ended: PostgreSQL has a process for each connection.
 */
export function cpuSecondsOfTrees(roots: readonly number[]): number {
  const stats = readStats()
  let ticks = 0
  for (const { pid, parent, own, ofEnded } of stats) {
    if (roots.includes(pid)) ticks += own + ofEnded
    else if (roots.includes(parent)) ticks += own
  }
  return ticks / ticksPerSecond
}

/** With their children and threads. */
export function moveTrees(roots: readonly number[], place: Place): void {
  if (!canPin) return
  for (const { pid, parent } of readStats()) {
    if (!roots.includes(pid) && !roots.includes(parent)) continue
    spawnSync('taskset', ['-a', '-c', '-p', processors[place], String(pid)])
  }
}

type Stat = Readonly<{ pid: number; parent: number; own: number; ofEnded: number }>

function readStats(): Stat[] {
  if (!canCount) return []
  const pids = readdirSync('/proc').filter(name => /^\d+$/.test(name))
  return pids.flatMap(name => readStat(Number(name)) ?? [])
}

/** undefined when it ended meanwhile. */
function readStat(pid: number): Stat | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The name before it may hold spaces and brackets.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    const [parent = 0, user = 0, system = 0, endedUser = 0, endedSystem = 0] = [
      1, 11, 12, 13, 14,
    ].map(index => Number(fields[index]))
    return { pid, parent, own: user + system, ofEnded: endedUser + endedSystem }
  } catch {
    return undefined
  }
}
