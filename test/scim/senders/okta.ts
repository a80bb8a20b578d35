/**
 * Okta, as its guide says that it calls: people by PUT of what it has read, groups by PATCH with removals and additions
 * in one request. https://developer.okta.com/docs/api/openapi/okta-scim/guides/scim-20
 */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import {
  core,
  enterprise,
  findOne,
  idIn,
  knownMembers,
  memberIds,
  type Person,
  patchOf,
  type Sender,
} from './sender.ts'

/** Okta's own ids are no GUIDs. */
const oktaId = (id: string) => `00u${id.replaceAll('-', '').slice(0, 17)}`

const fieldsOf = (person: Person, manager: string | undefined) => ({
  ...{ userName: person.userName, displayName: person.displayName, title: person.title },
  name: { givenName: person.givenName, familyName: person.familyName },
  emails: [{ primary: true, value: person.mail, type: 'work' }],
  ...{ locale: 'en-US', active: person.isActive },
  [enterprise]: {
    department: person.department,
    ...(manager !== undefined && { manager: { value: manager } }),
  },
})

export const okta: Sender = {
  deletes: false,
  sendsManagers: true,
  async connect(call) {
    const { status, json } = await call('GET', '/Users?startIndex=1&count=2')
    assert.equal(status, 200)
    for (const name of ['totalResults', 'startIndex', 'itemsPerPage']) {
      assert.ok(Number.isInteger(json[name]), name)
    }
    const missing = await call('GET', `/Users/${randomUUID()}`)
    assert.equal(missing.status, 404)
    assert.deepEqual(missing.json.schemas, ['urn:ietf:params:scim:api:messages:2.0:Error'])
  },
  async sendPerson(call, person, known) {
    const found = await findOne(
      call,
      '/Users?startIndex=1&count=100',
      `userName eq "${person.userName}"`,
    )
    const manager = known.get(person.manager ?? '')
    const fields = fieldsOf(person, manager)
    if (found === undefined) {
      const { status, json } = await call('POST', '/Users', {
        schemas: [`${core}:User`, enterprise],
        ...{ ...fields, externalId: oktaId(person.id), password: 'Secret-1', groups: [] },
      })
      assert.ok(status === 201 || status === 409, String(status))
      if (status === 201) known.set(person.id, idIn(json))
      return
    }
    const id = idIn(found)
    known.set(person.id, id)
    if (found.active === true && !person.isActive) {
      const off = patchOf({ op: 'replace', value: { active: false } })
      assert.equal((await call('PATCH', `/Users/${id}`, off)).status, 200)
    }
    const { json: read } = await call('GET', `/Users/${id}`)
    assert.equal((await call('PUT', `/Users/${id}`, { ...read, ...fields })).status, 200)
  },
  async sendGroup(call, group, known) {
    const found = await findOne(call, '/Groups', `externalId eq "${group.id}"`)
    const { status, json } =
      found === undefined
        ? await call('POST', '/Groups', {
            schemas: [`${core}:Group`],
            ...{ displayName: group.name, externalId: group.id, members: [] },
          })
        : { status: 200, json: found }
    assert.ok(status === 200 || status === 201 || status === 409, String(status))
    if (status === 409) return
    const id = idIn(json)
    const members = knownMembers(group, known)
    const current = memberIds((await call('GET', `/Groups/${id}`)).json)
    const added = members.filter(member => !current.includes(member))
    const patch = patchOf(
      { op: 'replace', value: { id, displayName: group.name } },
      ...current
        .filter(member => !members.includes(member))
        .map(member => ({ op: 'remove', path: `members[value eq "${member}"]` })),
      ...(added.length > 0
        ? [{ op: 'add', path: 'members', value: added.map(value => ({ value, display: value })) }]
        : []),
    )
    const answer = await call('PATCH', `/Groups/${id}`, patch)
    assert.ok(answer.status === 200 || answer.status === 204)
  },
  async removePerson(call, id) {
    const off = patchOf({ op: 'replace', value: { active: false } })
    assert.equal((await call('PATCH', `/Users/${id}`, off)).status, 200)
  },
}
