/**
 * Shows a group with its members and owners: as an answer, or as one of a list. People are read and written as text some
 * thousand at a time, so that a large group holds up nobody.
 */
import type { Reply } from '../call.ts'
import type { Group } from '../directory/groups.ts'
import { visitIdsOfGroup } from '../directory/people-of-group.ts'
import { groupResource } from './group.ts'
import { jsonOf } from './json-of.ts'
import { isShown, type Projection, readProjection } from './projection.ts'
import { addressOf, show } from './replies.ts'
import { askedAttributes, type ScimParts, type ScimRequest } from './request.ts'
import { versionOf } from './versions.ts'

export async function showGroup(
  request: ScimRequest,
  parts: ScimParts,
  row: Group,
  status: 200 | 201 = 200,
): Promise<Reply> {
  const projection = readProjection('Group', askedAttributes(request))
  const { text } = await writeGroup(request, parts, row, projection)
  return show(request, status, text, {
    version: versionOf(row),
    location: locationOf(request, row),
  })
}

const lists = { members: 'member', owners: 'owner' } as const
type ListName = keyof typeof lists
const listNames = Object.keys(lists) as ListName[]

/** `people`: how many are in the text. The external id belongs to the source that gave it. */
export async function writeGroup(
  request: ScimRequest,
  { database }: Pick<ScimParts, 'database'>,
  row: Group,
  projection: Projection,
): Promise<Readonly<{ text: string; people: number }>> {
  const isOwn = row.source === request.sender.source
  const resource = new Map(groupResource(isOwn ? row : { ...row, external_id: null }))
  const found = new Map<ListName, string>()
  let people = 0
  for (const name of listNames.filter(one => isShown(projection, one))) {
    const entries = await writePeople(request, database, row, { name, projection })
    if (entries.count === 0) continue
    people += entries.count
    found.set(name, entries.text)
    resource.set(name, place)
  }
  const base = addressOf(request, '')
  const meta = {
    location: locationOf(request, row),
    version: versionOf(row),
    lastModified: new Date(row.changed_at).toISOString(),
  }
  let text = JSON.stringify(jsonOf('Group', resource, { base, id: row.id, meta }, projection))
  // In a value, the quotes would be escaped: only the place itself is replaced.
  for (const [name, entries] of found) {
    text = text.replace(`"${name}":"${place}"`, () => `"${name}":[${entries}]`)
  }
  return { text, people }
}

/** Stands for a list of people, which is text already. */
const place = '?'

type Wanted = Readonly<{ name: ListName; projection: Projection }>

/**
 * JSON of the entries, with commas between. Its memory is counted like that of bodies: a hundred answers with a hundred
 * thousand members each would be gigabytes. Throws Failure 'overloaded'.
 */
async function writePeople(
  request: ScimRequest,
  database: ScimParts['database'],
  { tenant_id: tenantId, id: groupId }: Group,
  { name, projection }: Wanted,
): Promise<Readonly<{ text: string; count: number }>> {
  const [showsId, showsReference] = ['value', '$ref'].map(part =>
    isPartShown(projection, name, part),
  )
  const users = addressOf(request, '/Users/')
  const write = (value: string) =>
    JSON.stringify({
      ...(showsId && { value }),
      ...(showsReference && { $ref: `${users}${encodeURIComponent(value)}` }),
    })
  const texts: string[] = []
  let count = 0
  for await (const ids of visitIdsOfGroup(database, { tenantId, groupId }, lists[name])) {
    if (ids.length === 0) continue
    const text = ids.map(write).join()
    request.call.takeMemory(text.length)
    texts.push(text)
    count += ids.length
  }
  return { text: texts.join(), count }
}

function isPartShown({ how, names }: Projection, name: ListName, part: string): boolean {
  const isNamed = names.has(`${name}.${part}`)
  return how === 'only' ? isNamed || names.has(name) : !isNamed
}

function locationOf(request: ScimRequest, { id }: Group): string {
  return addressOf(request, `/Groups/${encodeURIComponent(id)}`)
}
