/**
 * authentik, as its source calls: people by POST, then PUT; groups by a PATCH with one operation for each member; it
 * compares with the members that a GET shows.
 * https://github.com/goauthentik/authentik/tree/main/authentik/providers/scim/clients
 */
import assert from 'node:assert/strict'
import {
  core,
  findOne,
  idIn,
  knownMembers,
  memberIds,
  type Person,
  patchOf,
  type Sender,
} from './sender.ts'

const fieldsOf = (person: Person) => ({
  schemas: [`${core}:User`, 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'],
  ...{ userName: person.userName, externalId: person.id, displayName: person.displayName },
  name: {
    formatted: person.displayName,
    ...{ givenName: person.givenName, familyName: person.familyName },
  },
  ...{ title: person.title, active: person.isActive },
  emails: [{ value: person.mail, type: 'other', primary: true }],
  photos: [{ value: 'https://authentik.example/media/avatar.png', type: 'photo' }],
})

export const authentik: Sender = {
  deletes: true,
  sendsManagers: false,
  async connect(call) {
    const { status, json } = await call('GET', '/ServiceProviderConfig')
    assert.equal(status, 200)
    assert.ok(JSON.stringify(json.bulk).includes('"maxOperations":1000'))
  },
  async sendPerson(call, person, known) {
    const id = known.get(person.id)
    if (id !== undefined) {
      assert.equal((await call('PUT', `/Users/${id}`, { ...fieldsOf(person), id })).status, 200)
      return
    }
    const { status, json } = await call('POST', '/Users', fieldsOf(person))
    if (status === 201) known.set(person.id, idIn(json))
    else {
      assert.equal(status, 409)
      const found = await findOne(call, '/Users', `userName eq "${person.userName}"`)
      if (found !== undefined) known.set(person.id, idIn(found))
    }
  },
  async sendGroup(call, group, known) {
    const fields = { schemas: [`${core}:Group`], externalId: group.id, displayName: group.name }
    const { status, json } = await call('POST', '/Groups', fields)
    assert.ok(status === 201 || status === 409, String(status))
    const found =
      status === 201 ? json : await findOne(call, '/Groups', `externalId eq "${group.id}"`)
    if (found === undefined) return
    const id = idIn(found)
    const { json: read } = await call('GET', `/Groups/${id}`)
    const [current, members] = [memberIds(read), knownMembers(group, known)]
    const changes = [
      { op: 'replace', path: null, value: { id, displayName: group.name, externalId: group.id } },
      ...members
        .filter(member => !current.includes(member))
        .map(value => ({ op: 'add', path: 'members', value: [{ value }] })),
      ...current
        .filter(member => !members.includes(member))
        .map(value => ({ op: 'remove', path: 'members', value: [{ value }] })),
    ]
    const answer = await call('PATCH', `/Groups/${id}`, patchOf(...changes))
    assert.ok(answer.status === 200 || answer.status === 204, String(answer.status))
  },
  async removePerson(call, id) {
    assert.equal((await call('DELETE', `/Users/${id}`)).status, 204)
  },
}
