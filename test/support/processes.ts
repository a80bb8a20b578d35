/** The processes of this machine, by /proc: parents, children, and which still run. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'

export const hasProc: boolean = existsSync('/proc/self/stat')

export function childrenOf(parent: number): number[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(Number)
    .filter(pid => statOf(pid)?.parent === parent)
}

/** False also for a zombie: a process that has ended, and whose parent has not read its status. */
export function isAlive(pid: number): boolean {
  const state = statOf(pid)?.state
  return state !== undefined && state !== 'Z'
}

/** Hundredths of a second of processor time, in programs and in the kernel. */
export function ticksOf(pid: number): number {
  return statOf(pid)?.ticks ?? 0
}

type Stat = Readonly<{ state: string; parent: number; ticks: number }>

/** undefined when it has ended. https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
function statOf(pid: number): Stat | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The name before it may contain spaces and brackets.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    const [state = '', parent, user, system] = [0, 1, 11, 12].map(at => fields[at])
    return { state, parent: Number(parent), ticks: Number(user) + Number(system) }
  } catch {
    return undefined
  }
}
