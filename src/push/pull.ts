/**
 * All photos of the target into a folder, under names by a pattern. What the folder has already is asked for with its ETag,
 * so that a second run is cheap.
 */
import { randomUUID } from 'node:crypto'
import { access, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { NoAnswer } from './client.ts'
import type { KindRow } from './kinds.ts'
import type { Manifest, Pulled } from './manifest.ts'
import type { Candidate } from './match.ts'
import { inLanes } from './pace.ts'
import type { Patience } from './patience.ts'
import type { Pattern } from './pattern.ts'
import { isNone, Refused, readMediaEtag, strongEtag } from './photo.ts'
import { safeName } from './safe-name.ts'
import { Stopped } from './stopped.ts'
import { type Problem, problemOf, verdictOf } from './verdict.ts'
import { problemOfError } from './write-photo.ts'

type Pulling = Readonly<{
  folder: string
  kind: KindRow
  /** Of the files. */
  pattern: Pattern
  /** `96x96`; undefined: the photo as it is. */
  size: string | undefined
  patience: Patience
  lanes: () => number
  signal: AbortSignal
  manifest: Manifest
  watch: (counts: PullCounts) => void
}>

type PullCounts = Readonly<{
  written: number
  unchanged: number
  none: number
  failed: number
}>
type PullFailure = Readonly<{ person: Candidate; problem: Problem }>
export type PullResult = Readonly<{ counts: PullCounts; failures: readonly PullFailure[] }>

/** Of the failures; the rest is only counted. */
const shownFailures = 1000

/** Throws Stopped 'refused' if the first photo may not be read. */
export async function pullAll(
  people: AsyncIterable<Candidate>,
  pulling: Pulling,
): Promise<PullResult> {
  const counts = { written: 0, unchanged: 0, none: 0, failed: 0 }
  const failures: PullFailure[] = []
  await inLanes(people, pulling.lanes, pulling.signal, async person => {
    try {
      counts[await pullOne(person, pulling)] += 1
    } catch (error) {
      const problem = problemOfPull(error)
      const isFirst = counts.written + counts.unchanged + counts.none === 0
      if (problem.status === 403 && isFirst) {
        throw new Stopped(
          'refused',
          `photos cannot be read: ${problem.words} ${problem.advice}`,
          error,
        )
      }
      counts.failed += 1
      if (failures.length < shownFailures) failures.push({ person, problem })
    }
    pulling.watch(counts)
  })
  return { counts, failures }
}

/** A disk that is full stops everything; a refusal only this photo. */
function problemOfPull(error: unknown): Problem {
  if (error instanceof Refused || error instanceof NoAnswer) return problemOfError(error)
  throw error
}

async function pullOne(
  person: Candidate,
  pulling: Pulling,
): Promise<'written' | 'unchanged' | 'none'> {
  const { patience, kind, size, manifest, folder } = pulling
  const known = await knownAndThere(person, pulling)
  const owner = `${kind.owners}/${person.id}`
  const path = size === undefined ? `${owner}/photo/$value` : `${owner}/photos/${size}/$value`
  const isWeak = known?.etag?.startsWith('"') === false
  if (isWeak && (await readMediaEtag(patience.read, owner)) === known?.etag) return 'unchanged'
  const headers = known?.etag?.startsWith('"') ? { 'if-none-match': known.etag } : {}
  const answer = await patience.read({ method: 'GET', path, headers })
  if (answer.status === 304) return 'unchanged'
  const base = { id: person.id, name: person.name, address: person.address, size }
  if (isNone(answer)) {
    if (manifest.known.get(person.id)?.file !== undefined) await manifest.add(base)
    return 'none'
  }
  if (verdictOf(answer) !== 'done') throw new Refused(problemOf(answer))
  const file = fileOf(person, answer.body, pulling)
  const etag = strongEtag(answer.headers) ?? (await readMediaEtag(patience.read, owner))
  await writeWhole(folder, file, answer.body)
  await manifest.add({ ...base, file, etag })
  return 'written'
}

/** What the manifest says, if the file is still there and was of the same size. */
async function knownAndThere(
  { id }: Candidate,
  { manifest, folder, size }: Pulling,
): Promise<Pulled | undefined> {
  const known = manifest.known.get(id)
  if (known?.file === undefined || known.size !== size) return undefined
  return await access(join(folder, known.file)).then(
    () => known,
    () => undefined,
  )
}

/** Two people with one name: the second gets its id behind it. */
function fileOf(person: Candidate, bytes: Buffer, { pattern, manifest }: Pulling): string {
  const stem = safeName(pattern.fill(person.values) ?? person.id)
  const ending = endingOf(bytes)
  const [plain, unique] = [`${stem}${ending}`, `${stem} ${safeName(person.id)}${ending}`]
  const holder = manifest.names.get(plain.toLowerCase())
  const file = holder === undefined || holder === person.id ? plain : unique
  manifest.names.set(file.toLowerCase(), person.id)
  return file
}

const endings: readonly (readonly [string, string])[] = [
  ['\x89PNG', '.png'],
  ['GIF8', '.gif'],
  ['RIFF', '.webp'],
]

/** Graph sends JPEG; other servers keep what they got. */
function endingOf(bytes: Buffer): string {
  const head = bytes.subarray(0, 4).toString('latin1')
  return endings.find(([start]) => head === start)?.[1] ?? '.jpg'
}

/** A reader, and the next run after a crash, find a whole photo or none. */
async function writeWhole(folder: string, file: string, bytes: Buffer): Promise<void> {
  const part = join(folder, `.${randomUUID()}.part`)
  await writeFile(part, bytes)
  await rename(part, join(folder, file))
}
