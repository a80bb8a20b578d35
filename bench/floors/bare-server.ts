/**
 * Floor: the least a Node.js process has to do to answer with somebody's photo. `node:http`, one
 * prepared statement, one range of one file, four headers; no token, no permission, no spelling of an
 * address but one, no failure but 404. It shares no code with Visage.
 */
import { closeSync, openSync, readSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { DatabaseSync } from 'node:sqlite'

const [data = '', tenantId = ''] = process.argv.slice(2)

const database = new DatabaseSync(`${data}/visage.sqlite`)
database.exec('pragma cache_size = -16384; pragma mmap_size = 2147418112')
// What `visage serve` asks for an application: src/directory/find-by-photo.ts.
const statement = database.prepare(`
  select version, upload_hash, renditions, updated_at,
    users.user_principal_name_key, users.names_at,
    coalesce(users.tenant_id, photos.tenant_id) as tenant_id,
    coalesce(users.id, photos.owner_id) as id,
    coalesce(users.is_active, 1) as is_active
  from (select 1)
  left join photos on photos.tenant_id = ?1
    and photos.owner_kind = 'user' and photos.owner_id = ?2
  left join users on users.tenant_id = ?1
    and users.id = case when photos.owner_is_active = 1 then null else ?2 end
    and users.deleted_at is null
  where photos.owner_is_active = 1 or users.id is not null`)

type Row = Readonly<{ version: string; renditions: string }>

const server = createServer((request, response) => {
  // '', version, 'users', id, 'photos', size, '$value'
  const parts = (request.url ?? '').split('/')
  const row = statement.get(tenantId, parts[3] ?? '') as Row | undefined
  const width = Number.parseInt(parts[5] ?? '', 10)
  const renditions: readonly (readonly number[])[] = JSON.parse(row?.renditions ?? '[]')
  const rendition = renditions.find(each => each[0] === width)
  if (row === undefined || rendition === undefined) {
    response.writeHead(404).end()
    return
  }
  const [, , offset = 0, length = 0] = rendition
  const { version } = row
  const bytes = Buffer.allocUnsafeSlow(length)
  const file = openSync(
    `${data}/packs/${version.slice(0, 2)}/${version.slice(2, 4)}/${version}.jpg`,
    'r',
  )
  readSync(file, bytes, 0, length, offset)
  closeSync(file)
  response.writeHead(200, {
    'content-type': 'image/jpeg',
    'content-length': length,
    etag: `"${version}"`,
    'cache-control': 'private, no-cache',
  })
  response.end(bytes)
})

server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}\n`)
})
