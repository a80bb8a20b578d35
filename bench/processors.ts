/**
 * Assigns processors. The measured server has one to itself, and the load has another, so that the cost of sending is
 * not counted as the cost of answering. Without `taskset`, or with one processor, both share all processors, and the
 * table notes it.
 */
import { spawnSync } from 'node:child_process'
import { availableParallelism } from 'node:os'

export type Place = 'server' | 'load' | 'anywhere'

export type Command = Readonly<{ file: string; args: readonly string[] }>

export const processors: Readonly<Record<Place, string>> = {
  server: '0',
  load: '1',
  anywhere: '0,1',
}

export const canPin: boolean = availableParallelism() >= 2 && answers('taskset', ['-V'])

/** As many as 'anywhere' means; asked before this process moves to one of them. */
export const usedProcessors: number = canPin ? 2 : availableParallelism()

/** Moves this process, which sends requests, and the processes that it starts, to the processor of the load. */
export function moveToLoad(): void {
  if (canPin) spawnSync('taskset', ['-a', '-c', '-p', processors.load, String(process.pid)])
}

export function at(place: Place, { file, args }: Command): Command {
  if (!canPin) return { file, args }
  return { file: 'taskset', args: ['-c', processors[place], file, ...args] }
}

export function answers(file: string, args: readonly string[]): boolean {
  return spawnSync(file, args, { stdio: 'ignore' }).error === undefined
}
