/**
 * Table: addresses of Graph that clients ask for and Visage does not serve. They are refused with
 * an explanation. Without these rows, `delta` would be read as the id of a user.
 */
import type { Version } from './resources/schema.ts'

export type NotServed = Readonly<{
  /** As in the table of operations. What is below it is refused too. */
  path: string
  only?: Version
  what: string
  instead: string
  /** The resource that nobody has here: a GET is answered as Graph answers for somebody without it. */
  missing?: string
}>

const delta = (set: 'users' | 'groups') =>
  ['delta', 'delta()', 'microsoft.graph.delta', 'microsoft.graph.delta()'].map(
    (name): NotServed => ({
      path: `/${set}/${name}`,
      what: `A delta of ${set}`,
      instead: `GET /${set} lists all of them.`,
    }),
  )

/**
 * @observed 2021-04 A person without a profile: 404 Request_ResourceNotFound, "Resource 'profile' does not exist …". The person
 * card of the Graph Toolkit asks for it and shows a person without one.
 * https://github.com/microsoftgraph/msgraph-beta-sdk-dotnet/issues/284
 */
const profile = (path: string): NotServed => ({
  path,
  only: 'beta',
  what: 'The profile of a user',
  instead: 'GET /users/{id} has the properties that are kept.',
  missing: 'profile',
})

export const notServed: readonly NotServed[] = [
  ...delta('users'),
  ...delta('groups'),
  profile('/me/profile'),
  profile('/users/{user}/profile'),
]
