/**
 * Samples the resident memory of a server and all processes below it many times a second. Shared memory, which is code,
 * counts once, so the sum is what a unit or a container uses.
 */
import { existsSync, readFileSync } from 'node:fs'

export const canWatch: boolean = existsSync(`/proc/self/task/${process.pid}/children`)

export type MemoryWatch = Readonly<{
  /** Megabytes, since the start or the last call. */
  take: () => Readonly<{
    peak: number
    mean: number
    /** Leaves out code and the pages of files, which the system can take back. */
    peakOwn: number
  }>
  stop: () => void
}>

const everyMs = 10

export function watchMemory(root: number): MemoryWatch {
  let looks: Memory[] = []
  const timer = setInterval(() => looks.push(memoryOf(root)), everyMs)
  return {
    take() {
      const taken = [...looks, memoryOf(root)]
      looks = []
      const wholes = taken.map(({ whole }) => whole)
      const sum = wholes.reduce((all, each) => all + each, 0)
      const peakOwn = Math.max(...taken.map(({ own }) => own))
      return { peak: Math.max(...wholes), mean: sum / taken.length, peakOwn }
    },
    stop: () => clearInterval(timer),
  }
}

/** Megabytes. */
type Memory = Readonly<{ whole: number; own: number }>

function memoryOf(root: number): Memory {
  const all = treeOf(root).map(readMemory)
  const own = all.reduce((sum, each) => sum + each.own, 0)
  const whole = own + Math.max(0, ...all.map(({ shared }) => shared))
  return { whole: whole / 1024, own: own / 1024 }
}

function treeOf(pid: number): number[] {
  return [pid, ...childrenOf(pid).flatMap(treeOf)]
}

function childrenOf(pid: number): number[] {
  const text = read(`/proc/${pid}/task/${pid}/children`)
  return text.split(' ').filter(Boolean).map(Number)
}

/** Kilobytes. */
function readMemory(pid: number): Readonly<{ own: number; shared: number }> {
  const status = read(`/proc/${pid}/status`)
  const kilobytes = (name: string) =>
    Number(new RegExp(`^${name}:\\s*(\\d+) kB$`, 'm').exec(status)?.[1] ?? 0)
  return { own: kilobytes('RssAnon') + kilobytes('RssShmem'), shared: kilobytes('RssFile') }
}

/** Empty for a process that has ended meanwhile. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
