/** What a sender gets to see: resources as JSON, parts of them, and what the server says about itself. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { toRow as toGroupRow } from '../../src/directory/groups.ts'
import { toRow } from '../../src/directory/users.ts'
import { Failure } from '../../src/failure.ts'
import {
  describeResourceTypes,
  describeSchemas,
  describeService,
} from '../../src/scim/discovery.ts'
import { groupResource } from '../../src/scim/group.ts'
import { jsonOf } from '../../src/scim/json-of.ts'
import { isShown, readProjection } from '../../src/scim/projection.ts'
import { readResource } from '../../src/scim/read-resource.ts'
import { readSort } from '../../src/scim/sort.ts'
import { userResource } from '../../src/scim/user.ts'
import type { UserRow } from '../../src/storage/schema.ts'

const base = 'https://photos.example/scim/v2'
const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'
const visage = 'urn:ietf:params:scim:schemas:extension:visage:2.0:Group'
const meta = { location: `${base}/Users/a`, version: 'W/"1"', lastModified: '2026-11-29T00:00:00Z' }

const anna: UserRow = {
  ...toRow(
    'one',
    {
      ...{ id: 'a', userPrincipalName: 'anna@b.c', displayName: 'Anna', givenName: 'Anna' },
      ...{ mail: 'Anna@b.c', department: 'R&D', jobTitle: 'Engineer' },
    },
    { source: 'scim:entra', externalId: '7', at: 5 },
  ),
  manager_id: 'b',
}

function shown(asked: Parameters<typeof readProjection>[1] = {}, row = anna): object {
  return jsonOf('User', userResource(row), { base, id: 'a', meta }, readProjection('User', asked))
}

describe('a user that is shown', () => {
  test('has what is kept, and nothing that is not', () => {
    assert.deepEqual(shown(), {
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:User', enterprise],
      ...{ id: 'a', externalId: '7', userName: 'anna@b.c', displayName: 'Anna' },
      name: { givenName: 'Anna' },
      ...{ title: 'Engineer', userType: 'Member', active: true },
      emails: [{ value: 'Anna@b.c', type: 'work', primary: true }],
      [enterprise]: { department: 'R&D', manager: { value: 'b', $ref: `${base}/Users/b` } },
      meta: { resourceType: 'User', ...meta },
    })
  })

  test('has no extension when nothing is in it', () => {
    const json = JSON.stringify(shown({}, { ...anna, manager_id: null, department: null }))
    assert.ok(!json.includes('enterprise'), json)
  })

  test('may be sent back as it was shown', () => {
    const sent = readResource('User', { ...shown(), password: 'x' })
    assert.deepEqual(
      new Map([...sent].toSorted()),
      new Map([...userResource(anna)].filter(([name]) => name !== 'id').toSorted()),
    )
  })

  test('has no photo', () => {
    const resource = new Map([
      ...userResource(anna),
      ['photos', [new Map([['value', 'x']])]] as const,
    ])
    assert.ok(
      !('photos' in jsonOf('User', resource, { base, id: 'a', meta }, readProjection('User', {}))),
    )
  })

  const names: readonly (readonly [string, readonly string[]])[] = [
    ['userName', ['schemas', 'id', 'userName']],
    ['USERNAME, active', ['schemas', 'id', 'userName', 'active']],
    ['name.givenName,meta', ['schemas', 'id', 'name', 'meta']],
    [`${enterprise}:department`, ['schemas', 'id', enterprise]],
    [enterprise, ['schemas', 'id', enterprise]],
    ['id,nothing,__proto__,photos', ['schemas', 'id']],
    [',', ['schemas', 'id']],
  ]
  for (const [attributes, expected] of names) {
    test(`has only ${attributes}`, () =>
      assert.deepEqual(Object.keys(shown({ attributes })), expected))
  }

  test('has parts of an attribute', () => {
    const { name, emails }: Record<string, unknown> = {
      ...shown({ attributes: 'emails.value,name.familyName' }),
    }
    assert.deepEqual([name, emails], [undefined, [{ value: 'Anna@b.c' }]])
    const without: Record<string, unknown> = {
      ...shown({ excludedAttributes: 'emails.type,EMAILS.primary,id' }),
    }
    assert.deepEqual([without.emails, without.id], [[{ value: 'Anna@b.c' }], 'a'])
  })

  test('lacks what is excluded, but for id and schemas', () => {
    const json = shown({ excludedAttributes: `userName,id,schemas,meta,externalId,${enterprise}` })
    assert.deepEqual(Object.keys(json), [
      'schemas',
      'id',
      'displayName',
      'name',
      'title',
      'userType',
      'active',
      'emails',
    ])
  })

  test('is shown whole where no name is asked for', () => {
    assert.deepEqual(shown({ attributes: '', excludedAttributes: ' ' }), shown())
  })

  test('long lists of names are refused', () => {
    assert.throws(() => shown({ attributes: 'a,'.repeat(2049) }), Failure)
  })
})

describe('a group that is shown', () => {
  const row = { id: 'g', displayName: 'Designers' }
  const group = groupResource(toGroupRow('one', row))
  const show = (resource = group, asked = {}) =>
    jsonOf('Group', resource, { base, id: 'g', meta }, readProjection('Group', asked))

  test('has no extension while it is like any other group', () => {
    assert.deepEqual(Object.keys(show()), ['schemas', 'id', 'displayName', 'meta'])
    const asked = show(group, { attributes: `${visage}:team` })
    assert.deepEqual(asked[visage], { team: false })
  })

  test('is a team, and has people', () => {
    const team = groupResource(toGroupRow('one', { ...row, isTeam: true }))
    const people = [new Map([['value', 'a b']])]
    const json = show(new Map([...team, ['members', people], ['owners', people]]))
    const shownPeople = [{ value: 'a b', $ref: `${base}/Users/a%20b` }]
    assert.deepEqual(json.members, shownPeople)
    assert.deepEqual(json[visage], { team: true, visibility: 'Public', owners: shownPeople })
  })

  test('shows its members unless they are excluded or not asked for', () => {
    const isAsked = (asked: object) => isShown(readProjection('Group', asked), 'members')
    assert.equal(isAsked({}), true)
    assert.equal(isAsked({ excludedAttributes: 'Members' }), false)
    assert.equal(isAsked({ attributes: 'displayName' }), false)
    assert.equal(isAsked({ attributes: 'members.value' }), true)
  })
})

describe('lists are sorted', () => {
  test('by what has an index', () => {
    assert.deepEqual(readSort('User', undefined, undefined), {
      order: 'id',
      direction: 'ascending',
    })
    assert.deepEqual(readSort('User', 'username', 'Descending'), {
      ...{ order: 'userPrincipalName', direction: 'descending' },
    })
    assert.equal(readSort('Group', 'displayName', 'x').order, 'displayName')
  })

  test('by nothing else', () => {
    for (const name of ['title', 'emails', 'nothing', '__proto__', enterprise]) {
      assert.throws(() => readSort('User', name, undefined), { code: 'resource-invalid' })
    }
    assert.throws(() => readSort('Group', 'userName', undefined), { code: 'resource-invalid' })
  })
})

describe('what the server says about itself', () => {
  test('has its address, and no null', () => {
    for (const described of [
      describeService(base, 1),
      describeSchemas(base),
      describeResourceTypes(base),
    ]) {
      assert.ok(!/null|undefined/.test(JSON.stringify(described)))
    }
    const [user] = describeResourceTypes(base)
    assert.deepEqual(user, {
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:ResourceType'],
      ...{ id: 'User', name: 'User', description: 'People', endpoint: '/Users' },
      schema: 'urn:ietf:params:scim:schemas:core:2.0:User',
      schemaExtensions: [{ schema: enterprise, required: false }],
      meta: { resourceType: 'ResourceType', location: `${base}/ResourceTypes/User` },
    })
  })

  test('says how many operations authentik may send, although bulk is not supported', () => {
    assert.deepEqual(describeService(base, 1_048_576).bulk, {
      ...{ supported: false, maxOperations: 1000, maxPayloadSize: 1_048_576 },
    })
  })

  test('offers exactly what is kept', () => {
    const offered = describeSchemas(base).map(({ id, attributes }) => [id, namesOf(attributes)])
    assert.deepEqual(offered, [
      [
        'urn:ietf:params:scim:schemas:core:2.0:User',
        [
          ...['userName', 'displayName', 'name.givenName', 'name.familyName', 'nickName', 'title'],
          ...['userType', 'active', 'emails.value', 'emails.type', 'emails.primary'],
          ...['photos.value', 'photos.type', 'photos.primary'],
        ],
      ],
      [enterprise, ['employeeNumber', 'department', 'manager.value', 'manager.$ref']],
      [
        'urn:ietf:params:scim:schemas:core:2.0:Group',
        ['displayName', 'members.value', 'members.$ref'],
      ],
      [visage, ['description', 'team', 'visibility', 'owners.value', 'owners.$ref']],
    ])
  })
})

function namesOf(attributes: unknown): string[] {
  assert.ok(Array.isArray(attributes))
  return attributes.flatMap(({ name, subAttributes }) =>
    subAttributes ? namesOf(subAttributes).map(part => `${name}.${part}`) : [name],
  )
}
