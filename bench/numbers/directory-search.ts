/**
 * The cost of queries in a directory of a million people over one of a thousand, in processor time of the server.
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

/**
 * `ask`: a query for the person with this surname; everybody's given name is Person. `people`: how
 * many it finds; undefined for as many as fit on a page. Without `visits`, an index answers.
 */
type Search = Readonly<{
  name: string
  ask: (surname: string) => string
  people?: number
  /** Rows are visited, so it costs more among more. */
  visits?: true
}>

const filter = (condition: string) => `?$filter=${encodeURIComponent(condition)}`
const search = (clause: string) => `?$search=${encodeURIComponent(`"${clause}"`)}`

const searches: readonly Search[] = [
  { name: 'a search for one term, found,', ask: name => search(`displayName:${name}`), people: 1 },
  {
    name: 'a search for one term, not found,',
    ask: name => search(`displayName:${name}x`),
    people: 0,
  },
  { name: 'eq', ask: name => filter(`surname eq '${name}'`), people: 1 },
  { name: 'in', ask: name => filter(`surname in ('${name}','nobody')`), people: 1 },
  { name: 'startsWith', ask: name => filter(`startsWith(surname,'${name}')`), people: 1 },
  {
    name: 'and',
    ask: name => filter(`givenName eq 'Person' and surname eq '${name}'`),
    people: 1,
  },
  {
    name: 'endsWith, which everybody meets,',
    ask: () => filter("endsWith(mail,'@bench.example')"),
  },
  { name: '$orderby displayName desc', ask: () => '?$orderby=displayName%20desc' },
  { name: '$count', ask: () => '?$count=true&$top=1', people: 1 },
  {
    name: 'startsWith that nobody meets, though all have the word,',
    ask: () => filter("startsWith(surname,'person')"),
    people: 0,
    visits: true,
  },
]

type Directory = Readonly<{ visage: Running; population: Population }>

export async function directorySearch(stage: Stage): Promise<Row[]> {
  const { manyUsers, rounds, seconds } = stage.plan
  const many = await open(stage, manyUsers)
  const few = await open(stage, fewUsers)
  const tokens = stage.issuer.searchers(searcherCount)
  const rows: Row[] = []
  for (const [at, search] of searches.entries()) {
    for (const directory of [many, few]) await ask(directory, search, tokens[0] ?? '')
    const costIn = (directory: Directory) => {
      if (search.visits) return () => costOneByOne(directory, search, tokens[0] ?? '')
      const { visage, population } = directory
      const name = `search-${at}-${population.users}`
      const requests = writeRequests(stage.folder, name, targetsOf(population, search), tokens)
      return () => costOfAnswer(visage, requests, seconds)
    }
    rows.push({
      what: `processor time of ${search.name} among ${manyUsers.toLocaleString('en')} people`,
      floor: `among ${fewUsers.toLocaleString('en')}`,
      ...(await compare('s', costIn(many), costIn(few), rounds)),
      ...(search.visits === undefined && { target }),
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
function targetsOf({ users }: Population, { ask }: Search): Target[] {
  const count = Math.min(users, termCount)
  return Array.from({ length: count }, (_, index) => {
    const surname = userAt(Math.floor((index * users) / count)).id.slice(0, 8)
    return { path: `/v1.0/users${ask(surname)}`, level: 'eventual' }
  })
}

/** Among a million, sixteen at once do not end within the deadline of a query, so they are asked one by one. */
async function costOneByOne(directory: Directory, search: Search, token: string): Promise<number> {
  const { child } = directory.visage
  const before = await child.usage()
  for (let asked = 0; asked < answersOneByOne; asked += 1) await ask(directory, search, token)
  return ((await child.usage()).cpuSeconds - before.cpuSeconds) / answersOneByOne
}

const answersOneByOne = 3

/** Checks that a search is measured, and not a mistake in the address. */
async function ask(
  { visage, population }: Directory,
  search: Search,
  token: string,
): Promise<void> {
  const { path } = expect(targetsOf(population, search)[0])
  const headers = { authorization: `Bearer ${token}`, consistencylevel: 'eventual' }
  const answer = await fetch(visage.origin + path, { headers })
  const { value } = (await answer.json()) as { value?: unknown[] }
  if (value?.length === (search.people ?? Math.min(100, population.users))) return
  throw new Error(`${path} found ${value?.length} people among ${population.users}`)
}
