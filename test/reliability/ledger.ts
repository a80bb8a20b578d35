/**
 * For each person, the last acknowledged write and those sent since, uploads and removals, and whether the
 * servers still have them. It decides what counts as lost, as torn and as a wrong status.
 *
 * A write without an answer counts until a later one is acknowledged, so a fault that cuts connections of
 * clients must also end the process.
 */
import type { Client, Reaction } from './client.ts'
import type { Outcome } from './fault.ts'
import { readNumber } from './numbered-picture.ts'
import type { Person } from './people.ts'

/** One after the other for each person. `shows` is the photo after it: undefined for none. */
export type Write = Readonly<{ number: number; shows: number | undefined }>

export type Ledger = Readonly<{
  people: readonly Person[]
  /** Notes a write, with a new number, as sent. */
  send: (person: Person, what: 'upload' | 'removal') => Write
  acknowledge: (person: Person, write: Write) => void
  /** Whether a photo must exist, or may be missing. */
  mayBeGone: (person: Person) => boolean
  /** Call it when a read begins, and the result with what it showed. */
  beginRead: (person: Person) => (shown: Write['shows']) => void
  /** A new store without photos; the counts continue. */
  startOver: () => void
  count: (what: Counted, problem?: string) => void
  /** Reads photo, metadata and every size of these people, or all, from every origin, while nobody writes them. */
  check: (client: Client, origins: readonly string[], some?: readonly Person[]) => Promise<void>
  outcome: (recoveryMs: readonly number[], notes?: readonly string[]) => Outcome
}>

type Counted = 'acknowledged' | 'refused' | 'lost' | 'torn' | 'wrongStatus'
/** The acknowledged write, those that may have replaced it, and all that were sent. */
type Known = { done: Write; sentSince: Write[]; readonly sent: Write[] }

/** Of each kind, so that many losses do not hide the first torn photo. */
const mostProblems = 20

export function openLedger(people: readonly Person[]): Ledger {
  const known = new Map(people.map(person => [person.name, newcomer()]))
  const counts = { acknowledged: 0, refused: 0, lost: 0, torn: 0, wrongStatus: 0 }
  const problems: string[] = []
  const told = { ...counts }
  let lastNumber = 0
  const of = ({ name }: Person): Known => {
    const found = known.get(name)
    if (found === undefined) throw new Error(`${name} is not in this ledger`)
    return found
  }
  const count: Ledger['count'] = (what, problem) => {
    counts[what] += 1
    if (problem === undefined || told[what] === mostProblems) return
    told[what] += 1
    problems.push(problem)
  }

  const checkPerson = async (client: Client, origin: string, person: Person): Promise<void> => {
    const photo = of(person)
    const found = await readWhole(client, origin, person)
    if (found.kind === 'wrong') return count(found.what, `${person.name}: ${found.problem}`)
    const write = possible(photo).find(({ shows }) => shows === found.number)
    if (write === undefined) count('lost', describeLoss(person, found.number, photo))
    // A photo that was read once must not disappear without a write.
    photo.done = write ?? { number: photo.sent.at(-1)?.number ?? 0, shows: found.number }
    photo.sentSince = []
  }

  return {
    people,
    count,
    send(person, what) {
      lastNumber += 1
      const write = { number: lastNumber, shows: what === 'upload' ? lastNumber : undefined }
      const photo = of(person)
      photo.sentSince.push(write)
      photo.sent.push(write)
      return write
    },
    acknowledge(person, write) {
      settle(of(person), write)
      counts.acknowledged += 1
    },
    mayBeGone: person => possible(of(person)).some(({ shows }) => shows === undefined),
    beginRead(person) {
      const photo = of(person)
      const before = { ...photo, sentSince: [...photo.sentSince] }
      const sentBefore = photo.sent.length
      return shown => {
        const meanwhile = photo.sent.slice(sentBefore)
        // If there were several removals, it may be the first.
        const write = [...possible(before), ...meanwhile].find(({ shows }) => shows === shown)
        // Later readers must not see anything older.
        if (write) settle(photo, write)
        else count('lost', `under load: ${describeLoss(person, shown, before)}`)
      }
    },
    startOver() {
      for (const { name } of people) known.set(name, newcomer())
    },
    async check(client, origins, some = people) {
      for (const origin of origins) {
        await Promise.all(some.map(person => checkPerson(client, origin, person)))
      }
    },
    outcome: (recoveryMs, notes = []) => ({ ...counts, recoveryMs, notes, problems }),
  }
}

function newcomer(): Known {
  return { done: { number: 0, shows: undefined }, sentSince: [], sent: [] }
}

function possible({ done, sentSince }: Omit<Known, 'sent'>): Write[] {
  return [done, ...sentSince]
}

/** The write has happened, and every earlier one is over. */
function settle(photo: Known, write: Write): void {
  if (write.number <= photo.done.number) return
  photo.done = write
  photo.sentSince = photo.sentSince.filter(({ number }) => number > write.number)
}

function describeLoss({ name }: Person, shown: Write['shows'], photo: Omit<Known, 'sent'>): string {
  const words = ({ number, shows }: Write) => (shows === undefined ? `none (${number})` : shows)
  const since = photo.sentSince.length === 0 ? '' : `, sent since ${photo.sentSince.map(words)}`
  return `${name} shows ${shown ?? 'no photo'}; acknowledged ${words(photo.done)}${since}`
}

type Whole =
  | Readonly<{ kind: 'whole'; number: number | undefined }>
  | Readonly<{ kind: 'wrong'; what: 'torn' | 'wrongStatus'; problem: string }>

type Metadata = Readonly<{ id: string; width: number; height: number; '@odata.mediaEtag': string }>

/** The sizes of a picture of 120 x 120. */
const sizes = [48, 64, 96, 120]

/** The number that the photo and every size of it show. */
async function readWhole(client: Client, origin: string, { token }: Person): Promise<Whole> {
  const get = (path: string) =>
    client.ask({ method: 'GET', url: `${origin}/v1.0/me${path}`, token })
  const first = await get('/photo')
  if (isAbsence(first)) return await readAbsence(get)
  if (!isFine(first)) return wrongStatus('/photo', first)
  const photo = JSON.parse(first.body.toString()) as Metadata
  const list = await get('/photos')
  if (!isFine(list)) return wrongStatus('/photos', list)
  const { value } = JSON.parse(list.body.toString()) as { value: readonly Metadata[] }
  if (String(value.map(({ width }) => width)) !== String(sizes)) {
    return { kind: 'wrong', what: 'torn', problem: `lists the sizes ${value.map(({ id }) => id)}` }
  }
  const paths = ['/photo/$value', ...value.map(({ id }) => `/photos/${id}/$value`)]
  const numbers = new Set<number>()
  for (const path of paths) {
    const answer = await get(path)
    if (!isFine(answer)) return wrongStatus(path, answer)
    if (answer.headers.etag !== photo['@odata.mediaEtag']) {
      return { kind: 'wrong', what: 'torn', problem: `${path} has another ETag than /photo` }
    }
    const number = await readNumber(answer.body).catch(() => undefined)
    if (number === undefined) {
      return { kind: 'wrong', what: 'torn', problem: `${path} is no whole picture` }
    }
    numbers.add(number)
  }
  const [number] = numbers
  if (numbers.size === 1) return { kind: 'whole', number }
  return { kind: 'wrong', what: 'torn', problem: `shows ${[...numbers].join(' and ')} at once` }
}

/** Without a photo, metadata and sizes must be missing too. */
async function readAbsence(get: (path: string) => Promise<Reaction>): Promise<Whole> {
  for (const path of ['/photos', '/photo/$value', '/photos/48x48/$value']) {
    const answer = await get(path)
    if (isFine(answer)) return { kind: 'wrong', what: 'torn', problem: `no /photo, but ${path}` }
    if (!isAbsence(answer)) return wrongStatus(path, answer)
  }
  return { kind: 'whole', number: undefined }
}

type Fine = Extract<Reaction, { kind: 'answer' }>

function isFine(reaction: Reaction): reaction is Fine {
  return reaction.kind === 'answer' && reaction.status === 200
}

function isAbsence(reaction: Reaction): boolean {
  return reaction.kind === 'answer' && reaction.status === 404
}

function wrongStatus(path: string, reaction: Reaction): Whole {
  return { kind: 'wrong', what: 'wrongStatus', problem: `GET ${path}: ${describe(reaction)}` }
}

export function describe(reaction: Reaction): string {
  if (reaction.kind === 'silence') return `no answer within ${reaction.afterMs / 1000} s`
  if (reaction.kind === 'cut') return `cut (${reaction.code})`
  return `${reaction.status} ${reaction.body.subarray(0, 200)}`
}
