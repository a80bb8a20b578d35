/** Counts the entries of a list: for `$count=true` beside a page, and for the address `…/$count`. */
import type { Reply } from '../../call.ts'
import type { Condition } from '../../directory/queries/condition.ts'
import { isEventual, type Options, readOptions } from '../query/query.ts'
import { needsEventual } from '../query/query-refusals.ts'
import type { Request } from '../request/request.ts'
import { plainCount } from './replies.ts'

type Count = (where: Condition) => Promise<number>

export async function countIfAsked(
  { isCounted, where }: Pick<Options, 'isCounted' | 'where'>,
  count: Count,
): Promise<number | undefined> {
  return isCounted ? await count(where) : undefined
}

/** `…/$count` of directory objects. */
export async function answerCount(request: Request, count: Count): Promise<Reply> {
  if (!isEventual(request)) throw needsEventual('$count')
  const { where } = readOptions(request)
  return plainCount(await count(where))
}
