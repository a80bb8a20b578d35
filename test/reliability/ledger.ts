/**
 * What was promised: of each person the last upload that was acknowledged and those sent since, and
 * whether the servers still say so. It decides what counts as lost, as torn and as a wrong status.
 *
 * An upload that got no answer counts until a later one is acknowledged: so a fault that cuts the
 * connections of clients has to end the process too.
 */
import type { Client, Reaction } from './client.ts'
import type { Outcome } from './fault.ts'
import { readNumber } from './numbered-picture.ts'
import type { Person } from './people.ts'

export type Ledger = Readonly<{
  people: readonly Person[]
  /** A number that nobody had yet, noted as sent. */
  send: (person: Person) => number
  acknowledge: (person: Person, number: number) => void
  /** A read begins; when it has ended, say what it showed (undefined: no photo). */
  beginRead: (person: Person) => (shown: number | undefined) => void
  /** Another store, without any photo; the counts go on. */
  startOver: () => void
  count: (what: Counted, problem?: string) => void
  /** Reads photo, metadata and every size of everybody from every origin, while nobody writes. */
  check: (client: Client, origins: readonly string[]) => Promise<void>
  outcome: (recoveryMs: readonly number[], notes?: readonly string[]) => Outcome
}>

type Counted = 'acknowledged' | 'refused' | 'lost' | 'torn' | 'wrongStatus'
type Known = { acknowledged: number | undefined; sentSince: number[] }

const mostProblems = 20

export function openLedger(people: readonly Person[]): Ledger {
  const known = new Map(people.map(person => [person.name, newcomer()]))
  const counts = { acknowledged: 0, refused: 0, lost: 0, torn: 0, wrongStatus: 0 }
  const problems: string[] = []
  let lastNumber = 0
  const of = ({ name }: Person): Known => {
    const found = known.get(name)
    if (found === undefined) throw new Error(`${name} is not in this ledger`)
    return found
  }
  const count: Ledger['count'] = (what, problem) => {
    counts[what] += 1
    if (problem !== undefined && problems.length < mostProblems) problems.push(problem)
  }

  const checkPerson = async (client: Client, origin: string, person: Person): Promise<void> => {
    const photo = of(person)
    const found = await readWhole(client, origin, person)
    if (found.kind === 'wrong') return count(found.what, `${person.name}: ${found.problem}`)
    if (![photo.acknowledged, ...photo.sentSince].includes(found.number)) {
      count('lost', describeLoss(person, found.number, photo))
    }
    // What has been shown once, while nobody writes, is not allowed to go away either.
    photo.acknowledged = found.number
    photo.sentSince = []
  }

  return {
    people,
    count,
    send(person) {
      lastNumber += 1
      of(person).sentSince.push(lastNumber)
      return lastNumber
    },
    acknowledge(person, number) {
      const photo = of(person)
      photo.acknowledged = number
      photo.sentSince = photo.sentSince.filter(sent => sent > number)
      counts.acknowledged += 1
    },
    beginRead(person) {
      const photo = of(person)
      const before = { acknowledged: photo.acknowledged, sentSince: [...photo.sentSince] }
      const from = lastNumber
      return shown => {
        const isNew = shown !== undefined && shown > from && shown <= lastNumber
        if (isNew || [before.acknowledged, ...before.sentSince].includes(shown)) return
        count('lost', `under load: ${describeLoss(person, shown, before)}`)
      }
    },
    startOver() {
      for (const photo of known.values()) Object.assign(photo, newcomer())
    },
    async check(client, origins) {
      for (const origin of origins) {
        await Promise.all(people.map(person => checkPerson(client, origin, person)))
      }
    },
    outcome: (recoveryMs, notes = []) => ({ ...counts, recoveryMs, notes, problems }),
  }
}

function newcomer(): Known {
  return { acknowledged: undefined, sentSince: [] }
}

function describeLoss({ name }: Person, shown: number | undefined, photo: Known): string {
  const since = photo.sentSince.length === 0 ? '' : `, sent since ${photo.sentSince}`
  return `${name} shows ${shown ?? 'no photo'}; acknowledged ${photo.acknowledged ?? 'none'}${since}`
}

type Whole =
  | Readonly<{ kind: 'whole'; number: number | undefined }>
  | Readonly<{ kind: 'wrong'; what: 'torn' | 'wrongStatus'; problem: string }>

type Metadata = Readonly<{ id: string; width: number; height: number; '@odata.mediaEtag': string }>

/** Of a picture of 120 x 120. */
const sizes = [48, 64, 96, 120]

/** The number that the photo and every size of it show. */
async function readWhole(client: Client, origin: string, { token }: Person): Promise<Whole> {
  const get = (path: string) =>
    client.ask({ method: 'GET', url: `${origin}/v1.0/me${path}`, token })
  const first = await get('/photo')
  if (first.kind === 'answer' && first.status === 404) return { kind: 'whole', number: undefined }
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

type Fine = Extract<Reaction, { kind: 'answer' }>

function isFine(reaction: Reaction): reaction is Fine {
  return reaction.kind === 'answer' && reaction.status === 200
}

function wrongStatus(path: string, reaction: Reaction): Whole {
  return { kind: 'wrong', what: 'wrongStatus', problem: `GET ${path}: ${describe(reaction)}` }
}

export function describe(reaction: Reaction): string {
  if (reaction.kind === 'silence') return 'no answer within a minute'
  if (reaction.kind === 'cut') return `cut (${reaction.code})`
  return `${reaction.status} ${reaction.body.subarray(0, 200)}`
}
