/**
 * Floor: the least a Node.js process has to do to create a person that a sender sends. `node:http` and the statements
 * that Visage makes for it; no token, no spelling of the body but one, no failure but 400.
 */
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import { createUser } from '../../src/directory/sources/create-user.ts'
import { openSqlite } from '../../src/storage/sqlite.ts'

const [data = '', tenantId = ''] = process.argv.slice(2)
const database = await openSqlite({ file: join(data, 'visage.sqlite') })

type Body = Readonly<{
  externalId: string
  userName: string
  displayName: string
  active: boolean
  title: string
  name: { givenName: string; familyName: string }
  emails: readonly [{ value: string }]
}>

const server = createServer(async (request, response) => {
  try {
    const row = await create(request)
    response.writeHead(201, { 'content-type': 'application/scim+json' })
    response.end(JSON.stringify(row))
  } catch {
    response.writeHead(400).end()
  }
})

async function create(request: IncomingMessage): Promise<object> {
  const body = (await json(request)) as Body
  const person = {
    ...{ wantedId: body.externalId, externalId: body.externalId, managerId: undefined },
    fields: {
      ...{ userPrincipalName: body.userName, displayName: body.displayName },
      ...{ givenName: body.name.givenName, surname: body.name.familyName },
      ...{ mail: body.emails[0].value, jobTitle: body.title, isActive: body.active },
    },
  }
  const origin = { source: 'scim:bench', at: Date.now() } as const
  const { row } = await createUser(database, tenantId, person, origin, () => crypto.randomUUID())
  return row
}

server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}\n`)
})
