import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  contacts,
  folders,
  groups,
  people,
  roleMembers,
  tenantId,
} from '../../../src/dev/demo/tenant.ts'
import { personalTenantId } from '../../../src/tokens/clouds.ts'

const peopleIds = new Set(people.map(person => person.id))
const named = (name: string) =>
  people.find(person => person.userPrincipalName.startsWith(`${name}@`))
const idsOf = (rows: readonly Readonly<{ id: string }>[]) => rows.map(row => row.id)

test('no id and no userPrincipalName is given twice', () => {
  const ids = idsOf([...people, ...groups, ...folders, ...contacts])
  const names = people.map(person => person.userPrincipalName.toLowerCase())
  assert.equal(new Set(ids).size, ids.length)
  assert.equal(new Set(names).size, names.length)
})

test('people and groups have GUIDs in lower case', () => {
  for (const id of idsOf([...people, ...groups])) {
    assert.match(id, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
  }
})

test('there are about forty people, with names in many scripts', () => {
  const scripts = ['Latin', 'Han', 'Hangul', 'Arabic', 'Hebrew', 'Cyrillic', 'Greek', 'Devanagari']
  const more = ['Thai', 'Ethiopic', 'Georgian', 'Armenian', 'Tamil', 'Bengali', 'Khmer', 'Gurmukhi']
  assert.ok(people.length >= 38 && people.length <= 44)
  for (const script of [...scripts, ...more]) {
    const letters = new RegExp(`\\p{Script=${script}}`, 'u')
    assert.ok(
      people.some(person => letters.test(person.displayName)),
      script,
    )
  }
})

test('alice and bob are ordinary users; umut and grace hold the roles', () => {
  const holders = roleMembers.map(member => member.userId)
  assert.ok(named('alice') && named('bob'))
  assert.deepEqual(holders, [named('umut')?.id, named('grace')?.id])
})

test('one guest carries #EXT# in the name', () => {
  const guests = people.filter(person => person.userType === 'Guest')
  assert.deepEqual(
    guests.map(person => person.userPrincipalName),
    ['ana_fabrikam.example#EXT#@visage.example'],
  )
})

test('one account is personal and lives in the tenant of personal accounts', () => {
  const elsewhere = people.filter(person => person.tenantId !== tenantId)
  assert.deepEqual(
    elsewhere.map(person => person.tenantId),
    [personalTenantId],
  )
})

test('of six groups three are teams, one is private, and one is a security group', () => {
  const teams = groups.filter(group => group.isTeam)
  assert.equal(groups.length, 6)
  assert.equal(teams.length, 3)
  assert.ok(teams.some(team => team.visibility === 'Private'))
  assert.ok(teams.every(team => team.isUnified && team.ownerIds.length > 0))
  assert.equal(groups.filter(group => !group.isUnified).length, 1)
})

test('owners, members, role holders and mailboxes are people of the same tenant', () => {
  const members = groups.flatMap(group => [...group.ownerIds, ...group.memberIds])
  const mailboxes = [...folders, ...contacts].map(row => row.mailboxId)
  const holders = roleMembers.map(member => member.userId)
  for (const id of [...members, ...mailboxes, ...holders]) {
    assert.equal(people.find(person => person.id === id)?.tenantId, tenantId)
  }
  assert.ok(peopleIds.size === people.length)
})

test('contacts lie in folders of their own mailbox, one of them in a child folder', () => {
  const folderOf = (id: string | null) => folders.find(folder => folder.id === id)
  for (const contact of contacts.filter(contact => contact.folderId !== null)) {
    assert.equal(folderOf(contact.folderId)?.mailboxId, contact.mailboxId)
  }
  assert.ok(contacts.some(contact => folderOf(contact.folderId)?.parentFolderId))
})

test('some people, a team and a contact have no photo yet', () => {
  assert.ok(people.filter(person => person.picture === null).length >= 6)
  assert.ok(groups.some(group => group.isTeam && group.picture === null))
  assert.ok(contacts.some(contact => contact.picture === null))
  assert.ok(named('alice')?.picture && named('bob')?.picture)
})
