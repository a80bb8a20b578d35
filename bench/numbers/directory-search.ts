/**
 * The cost of a search for one term in a directory of a million people over one of a thousand, in processor time of the
 * server: for a term that one person has, and for one that none has.
 */
import type { Running } from '../child.ts'
import { costOfAnswer, type Target, writeRequests } from '../load.ts'
import { expect, type Population, userAt, warmRows } from '../population.ts'
import { compare } from '../rounds.ts'
import type { Stage } from '../stage.ts'
import type { Row } from '../table.ts'
import { startVisage } from '../visage.ts'

const fewUsers = 1000
const target = { atMost: 1.5 }
const searcherCount = 64
const termCount = 10_000

/** The surnames of the population, and the same with a letter that none of them has. */
const searches = [
  { name: 'found', term: (surname: string) => surname, people: 1 },
  { name: 'not found', term: (surname: string) => `${surname}x`, people: 0 },
] as const

type Search = (typeof searches)[number]
type Directory = Readonly<{ visage: Running; population: Population }>

export async function directorySearch(stage: Stage): Promise<Row[]> {
  const { manyUsers, rounds, seconds } = stage.plan
  const many = await open(stage, manyUsers)
  const few = await open(stage, fewUsers)
  const tokens = stage.issuer.searchers(searcherCount)
  const rows: Row[] = []
  for (const search of searches) {
    for (const directory of [many, few]) await checkAnswer(directory, search, tokens[0] ?? '')
    const costIn = ({ visage, population }: Directory) => {
      const name = `${search.name}-${population.users}`
      const requests = writeRequests(stage.folder, name, targetsOf(population, search), tokens)
      return () => costOfAnswer(visage, requests, seconds)
    }
    const what = `processor time of a search for one term, ${search.name}, among`
    rows.push({
      what: `${what} ${manyUsers.toLocaleString('en')} people`,
      floor: `among ${fewUsers.toLocaleString('en')}`,
      ...(await compare(costIn(many), costIn(few), rounds)),
      target,
    })
  }
  return rows
}

async function open(stage: Stage, users: number): Promise<Directory> {
  // The same population as of the GET among a million: it takes minutes to create.
  const population = await stage.populate('linked', users, 'linked')
  await warmRows(population)
  const visage = await startVisage(population.data, stage.issuer)
  stage.defer(visage.child.stop)
  return { visage, population }
}

/** Evenly chosen, so that they are in all parts of the index. */
function targetsOf({ users }: Population, { term }: Search): Target[] {
  const count = Math.min(users, termCount)
  return Array.from({ length: count }, (_, index) => {
    const surname = userAt(Math.floor((index * users) / count)).id.slice(0, 8)
    return { path: `/v1.0/users?$search=%22displayName:${term(surname)}%22` }
  })
}

/** Checks that a search is measured, and not a mistake in the address. */
async function checkAnswer(
  { visage, population }: Directory,
  search: Search,
  token: string,
): Promise<void> {
  const { path } = expect(targetsOf(population, search)[0])
  const headers = { authorization: `Bearer ${token}` }
  const answer = await fetch(visage.origin + path, { headers })
  const { value } = (await answer.json()) as { value?: unknown[] }
  if (value?.length === search.people) return
  throw new Error(`${path} found ${value?.length} people among ${population.users}`)
}
