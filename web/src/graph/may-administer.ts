/**
 * Asks whether this person may administer people or groups, before they have filled in a form. Nothing is changed, and the
 * question travels in a $batch: the page's console stays clean.
 */
import { accountPermissions } from './accounts.ts'
import { readBatch } from './batch.ts'
import type { Graph } from './graph.ts'
import { groupPermissions } from './groups.ts'
import { Problem } from './problem.ts'

export type Administered = 'users' | 'groups'

export const administrationPermissions: Readonly<Record<Administered, readonly string[]>> = {
  users: accountPermissions,
  groups: groupPermissions,
}

/** A name that nobody can have: rights are checked first, so a refusal of the name says that there are some. */
const impossible = { displayName: '' }

/** Why this person may not add any, or change the one with this id; undefined where nothing is known against it. */
export async function askMayAdminister(
  graph: Graph,
  kind: Administered,
  id: string | undefined,
  signal?: AbortSignal,
): Promise<Problem | undefined> {
  const question = {
    ...(id === undefined
      ? ({ method: 'POST', path: `/${kind}` } as const)
      : ({ method: 'PATCH', path: `/${kind}/${encodeURIComponent(id)}` } as const)),
    headers: { 'content-type': 'application/json' },
    body: impossible,
  }
  try {
    const options = { permissions: administrationPermissions[kind], ...(signal && { signal }) }
    const [answer] = await readBatch(graph, [question], options)
    return answer?.problem?.kind === 'forbidden' ? answer.problem : undefined
  } catch (error) {
    if (error instanceof Problem) return undefined
    throw error
  }
}
