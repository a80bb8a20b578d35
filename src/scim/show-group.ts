/**
 * Shows a group with its members and owners: as an answer, or as one of a list. People are read and written 2,000 at a
 * time, as the client takes them, so that a large group needs little memory and does not delay other requests.
 */
import type { Reply } from '../call.ts'
import type { Group } from '../directory/groups.ts'
import { visitIdsOfGroup } from '../directory/people-of-group.ts'
import { groupResource } from './group.ts'
import { jsonOf } from './json-of.ts'
import { isPartShown, isShown, type Projection, readProjection } from './projection.ts'
import { addressOf, contentOf, isKnown, show } from './replies.ts'
import { askedAttributes, type ScimParts, type ScimRequest } from './request.ts'
import { versionOf } from './versions.ts'

export async function showGroup(
  request: ScimRequest,
  parts: ScimParts,
  row: Group,
  status: 200 | 201 = 200,
): Promise<Reply> {
  const [version, location] = [versionOf(row), locationOf(request, row)]
  const projection = readProjection('Group', askedAttributes(request))
  const content = isKnown(request.call, version)
    ? {}
    : await contentOf(writeGroup(request, parts, row, projection))
  return show(request, status, content, { version, location })
}

const lists = { members: 'member', owners: 'owner' } as const
type ListName = keyof typeof lists
const listNames = Object.keys(lists) as ListName[]

/** Yields JSON in pieces, and returns the number of people in it. Only its source sees the external id. */
export async function* writeGroup(
  request: ScimRequest,
  { database }: Pick<ScimParts, 'database'>,
  row: Group,
  projection: Projection,
): AsyncGenerator<string, number> {
  const isOwn = row.source === request.sender.source
  const resource = new Map(groupResource(isOwn ? row : { ...row, external_id: null }))
  const pages = new Map<string, People>()
  for (const name of listNames.filter(one => isShown(projection, one))) {
    const people = await openPeople(database, row, name)
    if (people === undefined) continue
    pages.set(name, people)
    resource.set(name, placeholder)
  }
  const base = addressOf(request, '')
  const meta = {
    location: locationOf(request, row),
    version: versionOf(row),
    lastModified: new Date(row.changed_at).toISOString(),
  }
  const text = JSON.stringify(jsonOf('Group', resource, { base, id: row.id, meta }, projection))
  let count = 0
  for (const [index, part] of text.split(placeholders).entries()) {
    const people = index % 2 === 1 ? pages.get(part) : undefined
    if (people === undefined) yield part
    else count += yield* writePeople(people, part, writeEntry(request, projection, part))
  }
  return count
}

/** Stands for a list of people. Quotes in a value are escaped in JSON, so the pattern matches placeholders only. */
const placeholder = '?'
const placeholders = /"(members|owners)":"\?"/

type People = Readonly<{ first: readonly string[]; others: AsyncGenerator<readonly string[]> }>

/** Reads the first page; undefined when there is nobody, because an empty list is not shown. */
async function openPeople(
  database: ScimParts['database'],
  { tenant_id: tenantId, id: groupId }: Group,
  name: ListName,
): Promise<People | undefined> {
  const others = visitIdsOfGroup(database, { tenantId, groupId }, lists[name])
  const { value: first } = await others.next()
  return first === undefined || first.length === 0 ? undefined : { first, others }
}

async function* writePeople(
  { first, others }: People,
  name: string,
  write: (id: string) => string,
): AsyncGenerator<string, number> {
  let count = first.length
  yield `"${name}":[${first.map(write).join()}`
  for await (const ids of others) {
    if (ids.length === 0) continue
    yield `,${ids.map(write).join()}`
    count += ids.length
  }
  yield ']'
  return count
}

function writeEntry(
  request: ScimRequest,
  projection: Projection,
  name: string,
): (id: string) => string {
  const [showsId, showsReference] = ['value', '$ref'].map(part =>
    isPartShown(projection, name, part),
  )
  const users = addressOf(request, '/Users/')
  return value =>
    JSON.stringify({
      ...(showsId && { value }),
      ...(showsReference && { $ref: `${users}${encodeURIComponent(value)}` }),
    })
}

function locationOf(request: ScimRequest, { id }: Group): string {
  return addressOf(request, `/Groups/${encodeURIComponent(id)}`)
}
