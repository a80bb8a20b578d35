/**
 * Table: addresses of Graph that clients ask for and Visage does not serve. They are refused in
 * words, because without these rows `delta` would be the id of a user who does not exist.
 */
import { Failure } from '../failure.ts'
import type { Address, Segment, Version } from './address.ts'

type NotServed = Readonly<{
  /** The names of the path; `*` is a key. */
  path: readonly string[]
  only?: Version
  what: string
  instead: string
}>

const delta = (set: 'users' | 'groups') =>
  ['delta', 'delta()', 'microsoft.graph.delta', 'microsoft.graph.delta()'].map(
    (name): NotServed => ({
      path: [set, name],
      what: `A delta of ${set}`,
      instead: `GET /${set} lists all of them.`,
    }),
  )

const profile = (...path: readonly string[]): NotServed => ({
  path: [...path, 'profile'],
  only: 'beta',
  what: 'The profile of a user',
  instead: 'GET /users/{id} has the properties that are kept.',
})

const notServed: readonly NotServed[] = [
  ...delta('users'),
  ...delta('groups'),
  profile('me'),
  profile('users', '*'),
]

/** Throws Failure 'operation-not-served'. */
export function refuseNotServed({ version, segments }: Address): void {
  const found = notServed.find(
    ({ path, only }) =>
      (only === undefined || only === version) &&
      path.every((name, index) => isNamed(segments[index], name)),
  )
  if (found === undefined) return
  const { what, instead } = found
  throw new Failure('operation-not-served', { facts: { what, instead } })
}

function isNamed(segment: Segment | undefined, name: string): boolean {
  if (segment === undefined) return false
  return name === '*' || (!segment.isKey && segment.text.toLowerCase() === name)
}
