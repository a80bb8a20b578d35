/**
 * Asks whether this person may change a photo, before they have chosen and cropped one. The question is a change whose
 * condition cannot hold: the server checks rights and settings (403) before the condition (412), and reads no body, so
 * nothing is changed and nothing costs more than a read. It travels in a $batch: the page's console stays clean.
 */
import { readBatch } from './batch.ts'
import type { Graph } from './graph.ts'
import type { Owner } from './photos.ts'
import { Problem } from './problem.ts'

/** No version of a photo has this ETag: versions are random, and longer. */
const noVersion = '"none"'

/**
 * Why a change would be refused; undefined where nothing is known against it, also when the answer is another one:
 * then the change itself says so.
 */
export async function askMayChange(
  graph: Graph,
  { path, permissions, changing = permissions }: Owner,
  signal?: AbortSignal,
): Promise<Problem | undefined> {
  const question = {
    method: 'PUT',
    path: `${path}/photo/$value`,
    headers: { 'if-match': noVersion },
  } as const
  try {
    const options = { permissions: changing, ...(signal && { signal }) }
    const [answer] = await readBatch(graph, [question], options)
    return answer?.problem?.kind === 'forbidden' ? answer.problem : undefined
  } catch (error) {
    if (error instanceof Problem) return undefined
    throw error
  }
}
