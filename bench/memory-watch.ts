/**
 * Samples the resident memory of a server and all processes below it many times a second. Shared memory, which is code,
 * counts once, so the sum is what a unit or a container uses.
 */
import { existsSync, readFileSync } from 'node:fs'

export const canWatch: boolean = existsSync(`/proc/self/task/${process.pid}/children`)

export type MemoryWatch = Readonly<{
  /** Megabytes, since the start or the last call. */
  take: () => Readonly<{ peak: number; mean: number }>
  stop: () => void
}>

const everyMs = 10

export function watchMemory(root: number): MemoryWatch {
  let looks: number[] = []
  const timer = setInterval(() => looks.push(megabytesOf(root)), everyMs)
  return {
    take() {
      const taken = [...looks, megabytesOf(root)]
      looks = []
      const sum = taken.reduce((all, each) => all + each, 0)
      return { peak: Math.max(...taken), mean: sum / taken.length }
    },
    stop: () => clearInterval(timer),
  }
}

function megabytesOf(root: number): number {
  const all = treeOf(root).map(readMemory)
  const own = all.reduce((sum, each) => sum + each.own, 0)
  return (own + Math.max(0, ...all.map(({ shared }) => shared))) / 1024
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
