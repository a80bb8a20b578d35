/** `visage pull`: all photos of any Graph into a folder. Run again, it reads only what has changed. */
import { mkdir } from 'node:fs/promises'
import { resolve } from 'node:path'
import { type Outside, realOutside } from '../push/clock.ts'
import { lock } from '../push/journal-folder.ts'
import { type Kind, kinds } from '../push/kinds.ts'
import { openManifest } from '../push/manifest.ts'
import { readPattern } from '../push/pattern.ts'
import { expectAnybody, listPeople } from '../push/people.ts'
import { type PullResult, pullAll } from '../push/pull.ts'
import { Stopped } from '../push/stopped.ts'
import { readTarget } from '../push/target.ts'
import type { CloudName } from '../tokens/clouds.ts'
import { count, createProgress, some } from './progress.ts'
import { asPush, runToEnd, SomeFailed } from './push-exit.ts'
import { openTools } from './push-run.ts'
import { openTokens, type SignInFlags } from './push-tokens.ts'
import { wordsOf } from './push-words.ts'
import type { TrackRunning } from './running.ts'
import { keepHeapSmall } from './small-heap.ts'
import { CommandError, type Terminal } from './terminal.ts'

export type PullFlags = SignInFlags &
  Readonly<{
    to?: string
    cloud?: CloudName
    kind: Kind
    name?: string
    size?: string
    filter?: string
    concurrency: number
  }>

export async function pull(
  folder: string,
  flags: PullFlags,
  terminal: Terminal,
  trackRunning: TrackRunning,
  outside: Outside = realOutside,
): Promise<void> {
  keepHeapSmall()
  await asPush(async () => {
    const target = readTarget(flags.to, flags.cloud)
    const kind = kinds[flags.kind]
    if (flags.size !== undefined && flags.kind === 'teams') {
      throw new Stopped('misuse', 'photos of teams have no --size')
    }
    const pattern = readPattern(flags.name ?? kind.match[0] ?? 'id')
    const tokens = openTokens(flags, target, terminal, outside.fetch)
    const place = resolve(folder)
    await mkdir(place, { recursive: true, mode: 0o700 })
    await using _ = await lock(place)
    await using manifest = await openManifest(place)
    await runToEnd(terminal, trackRunning, async signal => {
      using tools = openTools(target, tokens, flags.concurrency, signal, outside)
      const { patience, pace } = tools
      await expectAnybody(patience, kind)
      const { filter, size } = flags
      const people = listPeople(patience, { kind, properties: pattern.properties, filter })
      const parts = { folder: place, kind, pattern, size, patience, signal, manifest }
      const result = await withProgress(terminal, outside, watch =>
        pullAll(people, { ...parts, lanes: pace.lanes, watch }),
      )
      printResult(result, terminal)
      if (signal.aborted) {
        throw new CommandError(
          'ended before it was done. Run the same command again to continue.',
          130,
        )
      }
    })
  })
}

type Counts = PullResult['counts']

async function withProgress(
  terminal: Terminal,
  { clock }: Outside,
  work: (watch: (counts: Counts) => void) => Promise<PullResult>,
): Promise<PullResult> {
  using progress = createProgress(terminal, clock.now)
  return await work(({ written, unchanged, none, failed }) => {
    const done = written + unchanged + none + failed
    progress.show({ name: 'reading', done, of: 0, words: `${count(written)} new` })
  })
}

function printResult({ counts, failures }: PullResult, terminal: Terminal): void {
  const { written, unchanged, none, failed } = counts
  terminal.print(
    `${some(written, 'photo')} written, ${count(unchanged)} unchanged, ${count(none)} without a photo, ${count(failed)} failed.`,
  )
  for (const { person, problem } of failures.slice(0, 10)) {
    terminal.complain(`${person.name}: ${wordsOf(problem)}`)
  }
  if (failed > 0)
    throw new SomeFailed(
      `${some(failed, 'photo')} could not be read. The same command tries them again.`,
    )
}
