/** Runs `visage push` and `undo` in this process, with a clock that jumps over every pause and chance without chance. */
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Readable, Writable } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import { report } from '../../src/cli/execute.ts'
import { type PullFlags, pull } from '../../src/cli/pull.ts'
import { type PushFlags, push } from '../../src/cli/push.ts'
import { openTerminal } from '../../src/cli/terminal.ts'
import { type UndoFlags, undo } from '../../src/cli/undo.ts'
import type { Clock, Outside } from '../../src/push/clock.ts'
import { readJournal } from '../../src/push/journal-folder.ts'
import type { Replayed } from '../../src/push/journal-lines.ts'

export type Stand = AsyncDisposable &
  Readonly<{
    folder: string
    /** Of the photos. */
    photos: string
    add: (path: string, bytes: Uint8Array | string) => Promise<void>
    push: (flags?: Partial<PushFlags>, options?: Options) => Promise<Result>
    undo: (journal: string, flags?: Partial<UndoFlags>, options?: Options) => Promise<Result>
    pull: (into: string, flags?: Partial<PullFlags>, options?: Options) => Promise<Result>
    /** Folders of runs, oldest first. */
    journals: () => Promise<readonly string[]>
    lastJournal: () => Promise<Replayed>
    clock: Clock & Readonly<{ waited: () => number }>
  }>

type Options = Readonly<{
  fetch?: typeof globalThis.fetch
  /** Ctrl-C. */
  signal?: AbortSignal
  columns?: number
}>
type Result = Readonly<{ code: number; stdout: string; stderr: string }>

export async function openStand(target: string, token: string): Promise<Stand> {
  const folder = await mkdtemp(join(tmpdir(), 'visage-push-test-'))
  const photos = join(folder, 'photos')
  const tokenFile = join(folder, 'token')
  await mkdir(photos)
  await writeFile(tokenFile, token)
  const clock = createJumpingClock()
  const journals = async () => {
    const names = await readdir(folder)
    return names
      .filter(name => name.startsWith('visage-push-'))
      .sort()
      .map(name => join(folder, name))
  }
  const outside = ({ fetch = globalThis.fetch }: Options): Outside => ({
    ...{ clock, fetch },
    random: () => 0.5,
  })
  return {
    ...{ folder, photos, clock, journals },
    async add(path, bytes) {
      await mkdir(dirname(join(photos, path)), { recursive: true })
      await writeFile(join(photos, path), bytes)
    },
    push: (flags = {}, options = {}) =>
      run(options, async (terminal, track) => {
        const common = { to: target, tokenFile, yes: true, journal: folder } as const
        const standard = { kind: 'people', crop: 'centre', maxBytes: 4_000_000 } as const
        const rest = { concurrency: 16, settle: 30, ...flags }
        await push(photos, { ...common, ...standard, ...rest }, terminal, track, outside(options))
      }),
    undo: (journal, flags = {}, options = {}) =>
      run(options, (terminal, track) =>
        undo(
          journal,
          { tokenFile, yes: true, concurrency: 16, ...flags },
          terminal,
          track,
          outside(options),
        ),
      ),
    pull: (into, flags = {}, options = {}) =>
      run(options, async (terminal, track) => {
        const common = { to: target, tokenFile, kind: 'people', concurrency: 16 } as const
        await pull(into, { ...common, ...flags }, terminal, track, outside(options))
      }),
    lastJournal: async () => await readJournal((await journals()).at(-1) ?? ''),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  }
}

/** Time passes only in pauses, and they take none. */
function createJumpingClock(): Stand['clock'] {
  const start = Date.UTC(2026, 10, 28)
  let passed = 0
  return {
    now: () => start + passed,
    elapsed: () => passed,
    waited: () => passed,
    async wait(ms) {
      passed += ms
      await setImmediate()
    },
  }
}

type Work = (
  terminal: ReturnType<typeof openTerminal>,
  track: Parameters<typeof push>[3],
) => Promise<void>

async function run({ signal, columns }: Options, work: Work): Promise<Result> {
  const [stdout, stderr] = [new Collected(columns), new Collected(undefined)]
  const stdin = Readable.from([])
  const terminal = openTerminal('visage', { stdin, stdout, stderr })
  const code = await work(terminal, async starting => {
    const running = await starting
    signal?.addEventListener('abort', () => void running.close())
  }).then(
    () => 0,
    error => report(error, terminal),
  )
  return { code, stdout: stdout.text, stderr: stderr.text }
}

class Collected extends Writable {
  text = ''
  readonly isTTY: boolean
  readonly columns: number

  constructor(columns: number | undefined) {
    super()
    this.isTTY = columns !== undefined
    this.columns = columns ?? 80
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.text += chunk
    done()
  }
}
