/**
 * The extension scim-for-keycloak, as its threads show it: `id` instead of `externalId`, addresses without a type, PUT
 * for every change of people and groups. https://github.com/Captain-P-Goldfish/scim-for-keycloak/issues/127
 */
import assert from 'node:assert/strict'
import { core, findOne, idIn, knownMembers, type Person, type Sender } from './sender.ts'

const fieldsOf = (person: Person) => ({
  schemas: [`${core}:User`],
  ...{ id: person.id, userName: person.userName, displayName: person.displayName },
  name: { givenName: person.givenName, familyName: person.familyName },
  ...{ title: person.title, active: person.isActive },
  emails: [{ value: person.mail, primary: true }],
})

export const keycloak: Sender = {
  deletes: true,
  sendsManagers: false,
  async connect(call) {
    for (const path of ['/ServiceProviderConfig', '/ResourceTypes', '/Schemas']) {
      assert.equal((await call('GET', path)).status, 200)
    }
  },
  async sendPerson(call, person, known) {
    const found = await findOne(call, '/Users', `userName eq "${person.userName}"`)
    const fields = fieldsOf(person)
    const { status, json } =
      found === undefined
        ? await call('POST', '/Users', fields)
        : await call('PUT', `/Users/${idIn(found)}`, fields)
    assert.ok(
      status === 201 || status === 200 || (found === undefined && status === 409),
      String(status),
    )
    if (status !== 409) known.set(person.id, idIn(json))
  },
  async sendGroup(call, group, known) {
    const id = known.get(group.id)
    const fields = {
      schemas: [`${core}:Group`],
      ...{ id: group.id, displayName: group.name },
      members: knownMembers(group, known).map(value => ({ value, type: 'User' })),
    }
    const { status, json } =
      id === undefined
        ? await call('POST', '/Groups', fields)
        : await call('PUT', `/Groups/${id}`, fields)
    assert.ok(status === 201 || status === 200, String(status))
    known.set(group.id, idIn(json))
  },
  async removePerson(call, id) {
    assert.equal((await call('DELETE', `/Users/${id}`)).status, 204)
  },
}
