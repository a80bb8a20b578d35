/**
 * The people that a picker offers: everybody in the directory.
 * https://learn.microsoft.com/en-us/graph/api/user-list-people
 */
import type { Reply } from '../../call.ts'
import { countUsers, listUsers } from '../../directory/users.ts'
import { nextAfter, withExtraRow } from '../query/paging.ts'
import { readOptions } from '../query/query.ts'
import { at, listOf, searchable, user } from '../request/operation.ts'
import type { Parts, Request, Row } from '../request/request.ts'
import { expectTarget } from '../request/target.ts'
import * as resources from '../resources/resources.ts'
import { countIfAsked } from './counts.ts'
import { collection } from './replies.ts'

export const personOperations: readonly Row[] = [
  {
    name: 'listPeople',
    summary: 'People to pick from, by display name',
    at: at('GET', '/people', user),
    action: 'listEntries',
    resource: 'person',
    contract: {
      page: 'user-list-people',
      options: searchable,
      // "By default, each response returns 10 records."
      defaultTop: 10,
      answer: listOf('person'),
    },
    perform: listPeople,
  },
]

async function listPeople(request: Request, parts: Parts): Promise<Reply> {
  const options = readOptions(request)
  const { tenantId } = request.caller
  const rows = await listUsers(parts, tenantId, withExtraRow(options))
  const page = rows.slice(0, options.top)
  const people = page.map(row => resources.person(row, options.select))
  const count = await countIfAsked(options, where => countUsers(parts, tenantId, where))
  const path = `${resources.keyed('users', expectTarget(request.target, 'user').user.id)}/people`
  return collection(request, path, people, nextAfter(rows, page, options.order), count)
}
