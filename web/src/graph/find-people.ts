/** The people whom the name of a file may mean: by id, sign-in name, mail, employee number or display name. */
import { maxBatchItems, readBatch } from './batch.ts'
import type { Graph } from './graph.ts'
import { toPage } from './page.ts'
import { type Person, peoplePermissions, toPerson } from './people.ts'

const properties = ['id', 'userPrincipalName', 'mail', 'employeeId', 'displayName'] as const

/** For each name those whom it fits, exactly but for case; a name that fits more than one names nobody. */
export async function findPeople(
  graph: Graph,
  names: readonly string[],
  signal: AbortSignal,
): Promise<readonly (readonly Person[])[]> {
  const found: (readonly Person[])[] = []
  for (let done = 0; done < names.length; done += maxBatchItems) {
    const items = names.slice(done, done + maxBatchItems).map(name => ({ path: pathFor(name) }))
    const answers = await readBatch(graph, items, { permissions: peoplePermissions, signal })
    for (const { problem, body } of answers) {
      // A name that the server cannot compare is nobody's.
      if (problem && problem.kind !== 'refused') throw problem
      found.push(toPage(body, toPerson).rows)
    }
  }
  return found
}

/** As many as are worth naming. */
const shownMatches = 4

function pathFor(name: string): string {
  const text = name.toWellFormed().replaceAll("'", "''")
  const query = {
    $select: 'id,displayName,userPrincipalName,jobTitle',
    $top: String(shownMatches),
    $filter: properties.map(property => `${property} eq '${text}'`).join(' or '),
  }
  return `/users?${new URLSearchParams(query)}`
}
