/**
 * Microsoft Entra ID, as its documentation says that it calls: without its flag with capital operations and texts for
 * booleans, and with `?aadOptscim062020` at the end of the address.
 *
 * https://github.com/MicrosoftDocs/entra-docs/blob/main/docs/identity/app-provisioning/use-scim-to-provision-users-and-groups.md
 * https://github.com/MicrosoftDocs/entra-docs/blob/main/docs/identity/app-provisioning/application-provisioning-config-problem-scim-compatibility.md
 */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import {
  type Call,
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

/** How the flag changes what is sent. */
type Style = Readonly<{
  query: string
  add: string
  replace: string
  remove: string
  flag: (value: boolean) => unknown
  change: (person: Person, manager: string | undefined) => readonly object[]
  removeMember: (id: string) => object
}>

const withoutFlag: Style = {
  ...{ query: '', add: 'Add', replace: 'Replace', remove: 'Remove' },
  flag: value => (value ? 'True' : 'False'),
  change: (person, manager) => [
    { op: 'Replace', path: 'active', value: person.isActive ? 'True' : 'False' },
    { op: 'Replace', path: 'displayName', value: person.displayName },
    { op: 'Replace', path: 'title', value: person.title },
    { op: 'Add', path: 'emails[type eq "work"].value', value: person.mail },
    { op: 'Replace', path: 'name.givenName', value: person.givenName },
    { op: 'Replace', path: 'name.familyName', value: person.familyName },
    { op: 'Add', path: `${enterprise}:department`, value: person.department },
    { op: 'Add', path: 'phoneNumbers[type eq "mobile"].value', value: '+1' },
    manager === undefined
      ? { op: 'Remove', path: `${enterprise}:manager` }
      : { op: 'Add', path: `${enterprise}:manager`, value: manager },
  ],
  removeMember: id => ({ op: 'Remove', path: 'members', value: [{ $ref: null, value: id }] }),
}

const withFlag: Style = {
  ...{ query: 'aadOptscim062020', add: 'add', replace: 'replace', remove: 'remove' },
  flag: value => value,
  change: (person, manager) => [
    { op: 'replace', path: 'emails[type eq "work"].value', value: person.mail },
    {
      op: 'replace',
      value: {
        ...{ active: person.isActive, displayName: person.displayName, title: person.title },
        'name.givenName': person.givenName,
        'name.familyName': person.familyName,
        [`${enterprise}:department`]: person.department,
        ...(manager !== undefined && { [`${enterprise}:manager`]: manager }),
      },
    },
    ...(manager === undefined ? [{ op: 'remove', path: `${enterprise}:manager` }] : []),
  ],
  removeMember: id => ({ op: 'remove', path: `members[value eq "${id}"]` }),
}

export const entra = senderOf(withoutFlag)
export const entraWithFlag = senderOf(withFlag)

function senderOf(style: Style): Sender {
  const at = (path: string) => (style.query === '' ? path : `${path}?${style.query}`)
  return {
    deletes: true,
    sendsManagers: true,
    async connect(call) {
      assert.equal(await findOne(call, at('/Users'), `externalId eq "${randomUUID()}"`), undefined)
    },
    async sendPerson(call, person, known) {
      const found = await findOne(call, at('/Users'), `externalId eq "${person.id}"`)
      const manager = known.get(person.manager ?? '')
      if (found === undefined) await create(call, person)
      else {
        const patch = patchOf(...style.change(person, manager))
        const { status } = await call('PATCH', at(`/Users/${idIn(found)}`), patch)
        assert.equal(status, 200)
        known.set(person.id, idIn(found))
      }
    },
    async sendGroup(call, group, known) {
      const hidden = at('/Groups?excludedAttributes=members').replace('members?', 'members&')
      const found = await findOne(call, hidden, `externalId eq "${group.id}"`)
      assert.ok(found === undefined || !('members' in found))
      const id = found === undefined ? await createGroup(call, group) : idIn(found)
      if (id === undefined) return
      const members = knownMembers(group, known)
      const current = memberIds((await call('GET', at(`/Groups/${id}`))).json)
      const changes = [
        { op: style.replace, path: 'displayName', value: group.name },
        ...members
          .filter(member => !current.includes(member))
          .map(value => ({ op: style.add, path: 'members', value: [{ $ref: null, value }] })),
        ...current.filter(member => !members.includes(member)).map(style.removeMember),
      ]
      const { status } = await call('PATCH', at(`/Groups/${id}`), patchOf(...changes))
      assert.ok(status === 200 || status === 204)
    },
    async removePerson(call, id) {
      await call(
        'PATCH',
        at(`/Users/${id}`),
        patchOf({ op: style.replace, path: 'active', value: style.flag(false) }),
      )
      assert.equal((await call('DELETE', at(`/Users/${id}`))).status, 204)
    },
  }

  async function create(call: Call, person: Person): Promise<void> {
    const { status } = await call('POST', at('/Users'), {
      schemas: [`${core}:User`, enterprise],
      ...{ externalId: person.id, userName: person.userName, displayName: person.displayName },
      ...{ active: style.flag(person.isActive), title: person.title },
      emails: [{ primary: true, type: 'work', value: person.mail }],
      meta: { resourceType: 'User' },
      name: {
        formatted: person.displayName,
        ...{ familyName: person.familyName, givenName: person.givenName },
      },
      [enterprise]: { department: person.department },
      roles: [],
    })
    assert.ok(status === 201 || status === 409, String(status))
  }

  async function createGroup(call: Call, { id, name }: Readonly<{ id: string; name: string }>) {
    const { status, json } = await call('POST', at('/Groups'), {
      schemas: [
        `${core}:Group`,
        'http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group',
      ],
      ...{ externalId: id, displayName: name, meta: { resourceType: 'Group' } },
    })
    assert.ok(status === 201 || status === 409, String(status))
    return status === 201 ? idIn(json) : undefined
  }
}
