/**
 * Processes that decode pictures, so that one that is broken, huge or hostile costs only itself: it is killed after a time,
 * and a process that it ends is replaced. The process of push never decodes.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { extname, join } from 'node:path'
import { type Prepared, type Preparing, type Seen, Unpreparable } from './prepare.ts'

export type Work =
  | Readonly<{ do: 'prepare'; path: string; preparing: Preparing }>
  | Readonly<{ do: 'see'; bytes: Uint8Array }>

export type Worked =
  | Readonly<{ did: 'prepare'; prepared: Prepared }>
  | Readonly<{ did: 'see'; seen: Seen }>
  | Readonly<{ did: 'refuse'; why: string }>

export type Preparers = Disposable &
  Readonly<{
    /** Throws Unpreparable. */
    prepare: (path: string, preparing: Preparing) => Promise<Prepared>
    /** Throws Unpreparable. */
    see: (bytes: Uint8Array) => Promise<Seen>
  }>

type Options = Readonly<{
  count: number
  /** For one picture. */
  timeoutMs?: number
  /** Another program, for tests. */
  entry?: string
}>

const ownEntry = join(import.meta.dirname, `preparer${extname(import.meta.filename)}`)

export function openPreparers({ count, timeoutMs = 60_000, entry = ownEntry }: Options): Preparers {
  const idle: ChildProcess[] = []
  const all = new Set<ChildProcess>()
  const waiting: (() => void)[] = []

  /** A process is started only when a picture waits for one. */
  async function take(): Promise<ChildProcess> {
    for (;;) {
      const child = idle.pop()
      if (child !== undefined) return child
      if (all.size < count) return start()
      await new Promise<void>(resolve => waiting.push(resolve))
    }
  }

  function start(): ChildProcess {
    const child = fork(entry, { serialization: 'advanced', env: environment, execArgv: flags })
    all.add(child)
    child.once('exit', () => {
      all.delete(child)
      if (idle.includes(child)) idle.splice(idle.indexOf(child), 1)
      waiting.shift()?.()
    })
    return child
  }

  async function work(order: Work): Promise<Worked> {
    const child = await take()
    const worked = await askOnce(child, order, timeoutMs)
    if (child.connected) idle.push(child)
    waiting.shift()?.()
    if (worked.did === 'refuse') throw new Unpreparable(worked.why)
    return worked
  }

  return {
    async prepare(path, preparing) {
      const worked = await work({ do: 'prepare', path, preparing })
      if (worked.did !== 'prepare') throw new TypeError(`a preparer did '${worked.did}'`)
      return worked.prepared
    },
    async see(bytes) {
      const worked = await work({ do: 'see', bytes })
      if (worked.did !== 'see') throw new TypeError(`a preparer did '${worked.did}'`)
      return worked.seen
    },
    [Symbol.dispose]() {
      for (const child of all) child.kill('SIGKILL')
    },
  }
}

/** Its memory goes back to the system after each picture. It gets no secret of this process. */
const environment = {
  MALLOC_ARENA_MAX: '1',
  MALLOC_TRIM_THRESHOLD_: '131072',
  UV_THREADPOOL_SIZE: '1',
}
const flags = ['--no-warnings', '--max-old-space-size=64', '--max-semi-space-size=1']

function askOnce(child: ChildProcess, order: Work, timeoutMs: number): Promise<Worked> {
  return new Promise(resolve => {
    let isTooSlow = false
    const timer = setTimeout(() => {
      isTooSlow = true
      child.kill('SIGKILL')
    }, timeoutMs)
    const end = (worked: Worked) => {
      clearTimeout(timer)
      child.off('message', end)
      child.off('exit', exit)
      child.off('error', exit)
      resolve(worked)
    }
    const exit = () =>
      end({
        did: 'refuse',
        why: isTooSlow
          ? `decoding it took more than ${Math.round(timeoutMs / 1000)} seconds`
          : 'the decoder ended while it read it',
      })
    child.on('message', end)
    child.on('exit', exit)
    child.on('error', exit)
    child.send(order, error => {
      if (error) exit()
    })
  })
}
