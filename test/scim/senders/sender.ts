/**
 * What the senders of the conversations have in common: people and groups at the sender, and calls to the service. How a
 * sender tells the service of them is in the file of each sender.
 */
import assert from 'node:assert/strict'

export type Person = Readonly<{
  /** The id at the sender: a GUID. */
  id: string
  userName: string
  displayName: string
  givenName: string
  familyName: string
  title: string
  mail: string
  department: string
  /** The id of another person at the sender. */
  manager?: string | undefined
  isActive: boolean
}>

export type Group = Readonly<{ id: string; name: string; members: readonly string[] }>

/** Ids at the service of people and groups, by their ids at the sender, as the sender has learnt them. */
export type Known = Map<string, string>

export type Call = (
  method: string,
  path: string,
  body?: object,
) => Promise<Readonly<{ status: number; json: Json }>>

export type Json = Readonly<Record<string, unknown>>

/** One task of a cycle. A task that fails is repeated in the next cycle, as senders do. */
export type Sender = Readonly<{
  /** Before the first cycle: "Test Connection" and the like. */
  connect: (call: Call) => Promise<void>
  sendPerson: (call: Call, person: Person, known: Known) => Promise<void>
  sendGroup: (call: Call, group: Group, known: Known) => Promise<void>
  /** What the sender does when somebody is gone for good. */
  removePerson: (call: Call, id: string) => Promise<void>
  /** Whether somebody who is gone is deleted; else they are disabled. */
  deletes: boolean
  /** Whether managers and departments are sent. */
  sendsManagers: boolean
}>

export const core = 'urn:ietf:params:scim:schemas:core:2.0'
export const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'
const messages = 'urn:ietf:params:scim:api:messages:2.0'

/** A call that is told 503 is repeated after `onUnavailable`, as senders do; without it, none may be. */
export function callerOf(base: string, token: string, onUnavailable?: () => void): Call {
  return async (method, path, body) => {
    for (;;) {
      const answer = await fetch(`${base}/scim/v2${path}`, {
        method,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json' },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      })
      const { status, headers } = answer
      const text = await answer.text()
      assert.ok(status === 204 || headers.get('content-type') === 'application/scim+json', text)
      if (status === 503 && onUnavailable !== undefined) {
        assert.match(headers.get('retry-after') ?? '', /^\d+$/)
        onUnavailable()
        continue
      }
      assert.ok(status < 500, `${method} ${path}: ${status} ${text}`)
      return { status, json: text === '' ? {} : JSON.parse(text) }
    }
  }
}

export function patchOf(...Operations: readonly object[]): object {
  return { schemas: [`${messages}:PatchOp`], Operations }
}

/** The one resource that a filter finds; undefined when it finds none. */
export async function findOne(call: Call, path: string, filter: string): Promise<Json | undefined> {
  const mark = path.includes('?') ? '&' : '?'
  const { status, json } = await call('GET', `${path}${mark}filter=${encodeURIComponent(filter)}`)
  assert.equal(status, 200)
  assert.deepEqual(json.schemas, [`${messages}:ListResponse`])
  const resources: readonly Json[] = Array.isArray(json.Resources) ? json.Resources : []
  assert.ok(resources.length <= 1)
  return resources[0]
}

export function idIn({ id }: Json): string {
  assert.ok(typeof id === 'string')
  return id
}

/** Ids at the service of the members that the service has been told of. */
export function knownMembers({ members }: Group, known: Known): string[] {
  return members.flatMap(member => known.get(member) ?? [])
}

export function memberIds(json: Json): string[] {
  const members: readonly Json[] = Array.isArray(json.members) ? json.members : []
  return members.map(({ value }) => String(value))
}
