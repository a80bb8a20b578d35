/**
 * Several reads in one call, with POST /$batch. It also serves single reads that may well find nothing: browsers
 * write every answer of 404 to their console as an error, and no script can prevent that.
 */
import { type Graph, repeatWhileBusy, type SendOptions } from './graph.ts'
import { type Problem, toProblem } from './problem.ts'

/** https://learn.microsoft.com/en-us/graph/json-batching: "up to 20". */
export const maxBatchItems = 20

export type BatchItem = Readonly<{
  /** GET without it. A write here is a question only: one that cannot be carried out. */
  method?: 'PUT' | 'PATCH' | 'POST'
  path: string
  headers?: Readonly<Record<string, string>>
  body?: Readonly<Record<string, unknown>>
}>

export type BatchAnswer = Readonly<{
  status: number
  /** By lower-case name. */
  headers: Readonly<Record<string, string>>
  /** JSON as a value; a picture as base64 text. */
  body: unknown
  /** For a status from 400 on. */
  problem: Problem | undefined
}>

type Part = Readonly<{
  id: string
  status: number
  headers?: Readonly<Record<string, string>>
  body?: unknown
}>

/** Answers in the order of the items, at most 20. Each has its own status; throws only if the whole is refused. */
export async function readBatch(
  graph: Graph,
  items: readonly BatchItem[],
  options: Pick<SendOptions, 'version' | 'permissions' | 'signal'> = {},
): Promise<BatchAnswer[]> {
  if (items.length === 0) return []
  const requests = items.map(({ method = 'GET', path, headers, body }, place) => ({
    id: String(place),
    method,
    url: path,
    ...(headers && { headers }),
    ...(body && { body }),
  }))
  const response = await graph.send('POST', '/$batch', {
    ...options,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ requests }),
  })
  const { responses } = (await response.json()) as { responses: readonly Part[] }
  const answers = new Map(responses.map(part => [part.id, toAnswer(part)]))
  return items.map((_item, place) => answers.get(String(place)) ?? toAnswer(unanswered))
}

const unanswered: Part = { id: '', status: 500 }

function toAnswer({ status, headers = {}, body }: Part): BatchAnswer {
  const lowered = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  )
  const problem =
    status < 400 ? undefined : toProblem({ status, header: name => lowered[name], body })
  return { status, headers: lowered, body, problem }
}

/** One read. undefined where the server answers 404; every other refusal is thrown. */
export async function readIfThere(
  graph: Graph,
  item: BatchItem,
  options: Pick<SendOptions, 'version' | 'permissions' | 'signal'> = {},
): Promise<BatchAnswer | undefined> {
  const attempt = async () => {
    const [answer] = await readBatch(graph, [item], options)
    if (answer?.problem && answer.status !== 404) throw answer.problem
    return answer?.status === 404 ? undefined : answer
  }
  return await repeatWhileBusy(attempt, graph.waitWhileBusy, options.signal)
}
