/**
 * Table: addresses of Graph that clients ask for and Visage does not serve. They are refused with
 * an explanation. Without these rows, `delta` would be read as the id of a user.
 */
import type { Version } from './address.ts'

export type NotServed = Readonly<{
  /** As in the table of operations. What is below it is refused too. */
  path: string
  only?: Version
  what: string
  instead: string
}>

const delta = (set: 'users' | 'groups') =>
  ['delta', 'delta()', 'microsoft.graph.delta', 'microsoft.graph.delta()'].map(
    (name): NotServed => ({
      path: `/${set}/${name}`,
      what: `A delta of ${set}`,
      instead: `GET /${set} lists all of them.`,
    }),
  )

const profile = (path: string): NotServed => ({
  path,
  only: 'beta',
  what: 'The profile of a user',
  instead: 'GET /users/{id} has the properties that are kept.',
})

export const notServed: readonly NotServed[] = [
  ...delta('users'),
  ...delta('groups'),
  profile('/me/profile'),
  profile('/users/{user}/profile'),
]
