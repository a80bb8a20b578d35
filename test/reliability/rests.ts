/**
 * Later uploads hide losses. Therefore in each round some people stop writing at the beginning of the fault and some
 * during it, and their last acknowledged write is compared after it.
 */
import { randomInt } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Client } from './client.ts'
import type { Ledger } from './ledger.ts'
import type { Load } from './load.ts'
import type { Person } from './people.ts'

export type Watch = Readonly<{
  load: Load
  ledger: Ledger
  client: Client
  origins: readonly string[]
}>

const longestMs = 1000

/** `round` is the fault and the recovery from it; when it resolves, all clients are served. */
export async function whileSomeRest<T>(watch: Watch, round: () => Promise<T>): Promise<T> {
  const { load, ledger, client, origins } = watch
  const resting = shuffle(ledger.people).slice(0, Math.floor(ledger.people.length * (2 / 3)))
  const early = resting.splice(0, resting.length / 2)
  const rests = [load.rest(early), delay(randomInt(longestMs)).then(() => load.rest(resting))]
  const outcome = await round()
  await Promise.all(rests)
  await ledger.check(client, origins, [...early, ...resting])
  load.wake()
  return outcome
}

function shuffle(people: readonly Person[]): Person[] {
  return people
    .map(person => ({ person, place: Math.random() }))
    .toSorted((one, other) => one.place - other.place)
    .map(({ person }) => person)
}
