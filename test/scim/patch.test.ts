/** PATCH of people and groups, with the bodies that senders write. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Failure } from '../../src/failure.ts'
import { toSentGroup } from '../../src/scim/group.ts'
import { patchResource } from '../../src/scim/patch.ts'
import { readPatch } from '../../src/scim/patch-body.ts'
import { peopleChanges } from '../../src/scim/people-changes.ts'
import { toResource } from '../../src/scim/properties.ts'
import { type SentUser, toSentUser } from '../../src/scim/user.ts'

const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'
const visage = 'urn:ietf:params:scim:schemas:extension:visage:2.0:Group'
const schemas = ['urn:ietf:params:scim:api:messages:2.0:PatchOp']

const anna: Readonly<Record<string, string | boolean>> = {
  externalId: '7',
  userPrincipalName: 'anna@visage.example',
  displayName: 'Anna',
  givenName: 'Anna',
  surname: 'Berg',
  mail: 'Anna@visage.example',
  userType: 'Member',
  isActive: true,
  managerId: 'bob',
  department: 'R&D',
}
const before = toResource('User', property => anna[property])

function patch(...operations: object[]): SentUser {
  return toSentUser(patchResource(before, readPatch('User', { schemas, Operations: operations })))
}

/** What is another than before. */
function changed(...operations: object[]): object {
  const { fields, ...others } = patch(...operations)
  const { fields: fieldsBefore, ...othersBefore } = toSentUser(before)
  const was = Object.entries({ ...fieldsBefore, ...othersBefore })
  const is = new Map(Object.entries({ ...fields, ...others }))
  return Object.fromEntries(
    was.filter(([name, value]) => is.get(name) !== value).map(([name]) => [name, is.get(name)]),
  )
}

const guid = 'AAAAAAAA-0000-4000-8000-00000000000B'

const users: Readonly<Record<string, readonly [object[], object]>> = {
  'Entra disables': [[{ op: 'Replace', path: 'active', value: 'False' }], { isActive: false }],
  'Entra with its flag disables': [
    [{ op: 'replace', path: 'active', value: false }],
    { isActive: false },
  ],
  'Okta disables without a path': [
    [{ op: 'replace', value: { active: false } }],
    { isActive: false },
  ],
  'Entra changes attributes one by one': [
    [
      { op: 'Replace', path: 'displayName', value: 'D' },
      { op: 'Add', path: 'name.givenName', value: 'G' },
      { op: 'Replace', path: 'emails[type eq "work"].value', value: 'new@b.c' },
      { op: 'Add', path: `${enterprise}:employeeNumber`, value: '8' },
      { op: 'Add', path: `${enterprise}:manager`, value: guid },
    ],
    {
      ...{ displayName: 'D', givenName: 'G', mail: 'new@b.c', employeeId: '8' },
      managerId: guid.toLowerCase(),
    },
  ],
  'Entra with its flag changes attributes at once': [
    [
      { op: 'replace', path: 'emails[type eq "work"].value', value: 'new@b.c' },
      {
        op: 'replace',
        value: {
          ...{ displayName: 'D', 'name.familyName': 'F', [`${enterprise}:department`]: 'X' },
          [`${enterprise}:manager`]: { value: 'eve' },
        },
      },
    ],
    { displayName: 'D', surname: 'F', department: 'X', managerId: 'eve', mail: 'new@b.c' },
  ],
  'a path may be behind the URN of the core schema': [
    [{ op: 'replace', path: 'urn:ietf:params:scim:schemas:core:2.0:User:title', value: 'T' }],
    { jobTitle: 'T' },
  ],
  'a path may be in another case': [
    [{ op: 'REPLACE', path: 'DisplayName', value: 'D' }],
    { displayName: 'D' },
  ],
  'names of the fields may be in another case': [
    [{ OP: 'replace', Path: 'title', VALUE: 'T' }],
    { jobTitle: 'T' },
  ],
  'a replace without a path may carry the id': [
    [{ op: 'replace', value: { id: 'x', displayName: 'D', meta: {}, schemas } }],
    { displayName: 'D' },
  ],
  'an attribute that is not kept is ignored': [
    [
      { op: 'add', path: 'phoneNumbers[type eq "mobile"].value', value: '1' },
      { op: 'remove', path: 'addresses[type eq "work"]' },
      { op: 'replace', path: 'password', value: 'secret' },
      { op: 'replace', path: 'urn:example:2.0:User:x.y', value: [{}] },
      { op: 'replace', value: { password: 'x', roles: [1], 'name.formatted': 'A' } },
    ],
    {},
  ],
  'parts are replaced one by one': [
    [{ op: 'replace', path: 'name', value: { familyName: 'F' } }],
    { surname: 'F' },
  ],
  'an extension is changed at once': [
    [{ op: 'add', path: enterprise, value: { department: 'X' } }],
    { department: 'X' },
  ],
  'an extension within a value without a path': [
    [{ op: 'add', value: { [enterprise]: { department: 'X', manager: 'eve' } } }],
    { department: 'X', managerId: 'eve' },
  ],
  'an extension is removed': [
    [{ op: 'remove', path: enterprise }],
    { department: undefined, managerId: null },
  ],
  'a value is removed': [
    [
      { op: 'remove', path: 'externalId' },
      { op: 'remove', path: 'name.givenName' },
      { op: 'Remove', path: `${enterprise}:manager` },
      { op: 'remove', path: 'emails' },
      { op: 'remove', path: 'nickName' },
    ],
    { externalId: undefined, givenName: undefined, managerId: null, mail: undefined },
  ],
  'null replaces by nothing, and adds nothing': [
    [
      { op: 'replace', path: `${enterprise}:department`, value: null },
      { op: 'replace', path: 'name.familyName', value: '' },
      { op: 'add', path: 'externalId', value: null },
      { op: 'replace', path: 'title', value: null },
    ],
    { department: undefined, surname: undefined },
  ],
  'the first address is added where there is none': [
    [
      { op: 'remove', path: 'emails' },
      { op: 'add', path: 'emails[type eq "work"].value', value: 'new@b.c' },
    ],
    { mail: 'new@b.c' },
  ],
  'an address of another type is added beside the one that is kept': [
    [{ op: 'Add', path: 'emails[type eq "other"].value', value: 'proxy@b.c' }],
    {},
  ],
  'an address with more in its filter is added': [
    [
      { op: 'remove', path: 'emails' },
      { op: 'replace', path: 'emails[type eq "Home" and primary eq true].value', value: 'h@b.c' },
      { op: 'add', path: 'emails[type eq "work"].value', value: 'w@b.c' },
    ],
    { mail: 'h@b.c' },
  ],
  'a new primary address replaces the one that is kept': [
    [{ op: 'add', path: 'emails', value: [{ value: 'p@b.c', type: 'other', primary: true }] }],
    { mail: 'p@b.c' },
  ],
  'all addresses are replaced': [
    [
      {
        op: 'replace',
        path: 'emails',
        value: [{ value: 'a@b.c' }, { value: 'w@b.c', type: 'work' }],
      },
    ],
    { mail: 'w@b.c' },
  ],
  'an address is removed by its value, in any case': [
    [{ op: 'remove', path: 'emails', value: [{ value: 'ANNA@visage.example' }] }],
    { mail: undefined },
  ],
  'an address is removed by a filter': [
    [{ op: 'remove', path: 'emails[value ew "@VISAGE.example"]' }],
    { mail: undefined },
  ],
  'the value of an address is removed': [
    [{ op: 'remove', path: 'emails[type eq "work"].value' }],
    { mail: undefined },
  ],
  'an address that is not there is removed without complaint': [
    [
      { op: 'remove', path: 'emails[type eq "home"]' },
      { op: 'remove', path: 'photos' },
    ],
    {},
  ],
  'an empty list removes nothing': [[{ op: 'remove', path: 'emails', value: [] }], {}],
  'an address is added a second time': [
    [{ op: 'add', path: 'emails', value: { value: 'anna@visage.example', type: 'other' } }],
    { mail: 'anna@visage.example' },
  ],
  'a photo is sent': [
    [{ op: 'add', path: 'photos[type eq "photo"].value', value: 'https://a.example/a.png' }],
    { photo: 'https://a.example/a.png' },
  ],
  'the order of operations counts': [
    [
      { op: 'replace', path: 'title', value: 'one' },
      { op: 'remove', path: 'title' },
      { op: 'add', path: 'title', value: 'two' },
    ],
    { jobTitle: 'two' },
  ],
}

const refusals: Readonly<Record<string, readonly [unknown, scimType: string, reason: RegExp]>> = {
  'no body': [null, 'invalidSyntax', /Operations is not a list/],
  'no operations': [{ schemas }, 'invalidSyntax', /Operations is not a list/],
  'an operation that is no object': [{ Operations: [7] }, 'invalidSyntax', /not an object/],
  'another op': [one({ op: 'move', path: 'title' }), 'invalidSyntax', /op is none of/],
  'a number for op': [one({ op: 1 }), 'invalidSyntax', /op is none of/],
  'a number for a path': [one({ op: 'add', path: 1, value: 'x' }), 'invalidPath', /not a text/],
  'no path to remove': [one({ op: 'remove' }), 'noTarget', /needs a path/],
  'no path, and no object': [one({ op: 'add', value: 'x' }), 'invalidValue', /not an object/],
  'a list without path': [
    one({ op: 'add', value: [{ title: 'x' }] }),
    'invalidValue',
    /not an object/,
  ],
  'half a path': [
    one({ op: 'add', path: 'emails[type eq', value: 'x' }),
    'invalidPath',
    /cannot be read/,
  ],
  'a path with more behind it': [
    one({ op: 'add', path: 'emails[type eq "a"] x', value: 'x' }),
    'invalidPath',
    /cannot be read/,
  ],
  'a path with a space': [
    one({ op: 'add', path: 'user name', value: 'x' }),
    'invalidPath',
    /cannot be read/,
  ],
  'a filter on a single value': [
    one({ op: 'add', path: 'title[value eq "a"]', value: 'x' }),
    'invalidPath',
    /cannot be read/,
  ],
  'a broken filter': [
    one({ op: 'add', path: 'emails[type eq]', value: 'x' }),
    'invalidFilter',
    /do not fit/,
  ],
  'a filter on another attribute': [
    one({ op: 'add', path: 'emails[title eq "x"]', value: 'x' }),
    'invalidFilter',
    /not kept/,
  ],
  'a filter that finds nothing and describes nothing': [
    one({ op: 'replace', path: 'emails[value co "nobody"].type', value: 'x' }),
    ...(['noTarget', /finds no entry/] as const),
  ],
  'a number for a text': [
    one({ op: 'replace', path: 'title', value: 7 }),
    'invalidValue',
    /^title is not a text/,
  ],
  'a number for a part': [
    one({ op: 'replace', path: 'name.givenName', value: 7 }),
    'invalidValue',
    /^name.givenName is not a text/,
  ],
  'a removed name': [
    one({ op: 'remove', path: 'userName' }),
    'mutability',
    /^userName is required/,
  ],
  'null for a name': [
    one({ op: 'replace', path: 'displayName', value: null }),
    'invalidValue',
    /^displayName is required/,
  ],
  'a blank name': [
    one({ op: 'replace', value: { displayName: '  ' } }),
    'invalidValue',
    /^displayName is required/,
  ],
  'a control character in a name': [
    one({ op: 'add', path: 'name.givenName', value: 'An\u001bna' }),
    'invalidValue',
    /^name.givenName contains a control character/,
  ],
  'a removed flag': [one({ op: 'remove', path: 'active' }), 'mutability', /^active is required/],
  'a new id': [one({ op: 'replace', path: 'id', value: 'x' }), 'mutability', /^id is read-only/],
  'a removed core schema': [
    one({ op: 'remove', path: 'urn:ietf:params:scim:schemas:core:2.0:User' }),
    'mutability',
    /required/,
  ],
  '1,001 operations': [
    { Operations: Array(1001).fill({ op: 'add', path: 'title', value: 'x' }) },
    'invalidValue',
    /more than 1000 operations/,
  ],
  '31 addresses, one by one': [
    {
      Operations: Array.from({ length: 31 }, (_, at) => ({
        ...{ op: 'add', path: 'emails', value: [{ value: `${at}` }] },
      })),
    },
    ...(['invalidValue', /^emails would have more than 30/] as const),
  ],
  'long filters': [
    {
      Operations: Array(1000).fill({ op: 'remove', path: `emails[value co "${'x'.repeat(30)}"]` }),
    },
    ...(['invalidFilter', /longer than 30000/] as const),
  ],
  'long filters in an operation without path': [
    one({ op: 'add', value: many(60, at => `emails[value co "${at}${'x'.repeat(600)}"]`) }),
    ...(['invalidFilter', /longer than 30000/] as const),
  ],
  '1,001 attributes in an operation without path': [
    one({ op: 'add', value: many(1001, at => `emails[value eq "${at}"].type`) }),
    ...(['invalidValue', /more than 1000 operations/] as const),
  ],
  '5,001 names nobody knows': [
    one({ op: 'add', value: { [enterprise]: many(5000, String) } }),
    ...(['invalidValue', /more than 5000 names/] as const),
  ],
}

/** An object with so many names. */
function many(count: number, name: (at: number) => string): object {
  return Object.fromEntries(Array.from({ length: count }, (_, at) => [name(at), 'work']))
}

function one(operation: object): object {
  return { schemas, Operations: [operation] }
}

describe('a PATCH of a user', () => {
  for (const [name, [operations, difference]] of Object.entries(users)) {
    test(name, () => assert.deepEqual(changed(...operations), difference))
  }
  for (const [name, [body, scimType, reason]] of Object.entries(refusals)) {
    test(`is refused: ${name}`, () => {
      refuses(() => patchResource(before, readPatch('User', body)), scimType, reason)
    })
  }

  test('changes no prototype', () => {
    const names = [
      '__proto__',
      'constructor',
      'constructor.prototype',
      'name.__proto__',
      'emails.__proto__',
    ]
    for (const path of names) {
      const body: unknown = JSON.parse(
        `{"Operations":[{"op":"add","path":"${path}","value":{"polluted":1}},` +
          `{"op":"add","value":{"${path}":{"polluted":1},"__proto__":{"polluted":1}}}]}`,
      )
      assert.deepEqual(patchResource(before, readPatch('User', body)), before)
    }
    assert.equal(Reflect.get({}, 'polluted'), undefined)
  })
})

const groups: Readonly<Record<string, readonly [object[], readonly string[]]>> = {
  'Entra adds a member': [
    [{ op: 'Add', path: 'members', value: [{ $ref: null, value: 'a' }] }],
    ['member add a'],
  ],
  'Entra removes a member': [
    [{ op: 'Remove', path: 'members', value: [{ $ref: null, value: 'a' }] }],
    ['member remove a'],
  ],
  'Entra with its flag removes a member': [
    [{ op: 'remove', path: 'members[value eq "a"]' }],
    ['member remove a'],
  ],
  'Okta renames, and removes and adds in one request': [
    [
      { op: 'replace', value: { id: 'x', displayName: 'D' } },
      { op: 'remove', path: 'members[value eq "a"]' },
      { op: 'add', path: 'members', value: [{ value: 'b', display: 'B' }] },
    ],
    ['member remove a', 'member add b'],
  ],
  'Okta replaces all members': [
    [{ op: 'replace', path: 'members', value: [{ value: 'a' }, { value: 'b' }] }],
    ['member replace a b'],
  ],
  'authentik sends an operation for each member': [
    [
      ...['a', 'b'].map(value => ({ op: 'add', path: 'members', value: [{ value }] })),
      ...['c', 'd'].map(value => ({ op: 'remove', path: 'members', value: [{ value }] })),
    ],
    ['member add a b', 'member remove c d'],
  ],
  'the same member twice, in order': [
    [
      { op: 'add', path: 'members', value: [{ value: 'a' }] },
      { op: 'remove', path: 'members[value eq "a"]' },
      { op: 'add', path: 'members', value: [{ value: 'a' }] },
    ],
    ['member add a', 'member remove a', 'member add a'],
  ],
  'all members are removed': [[{ op: 'remove', path: 'members' }], ['member replace ']],
  'an empty list replaces all members': [
    [{ op: 'replace', path: 'members', value: [] }],
    ['member replace '],
  ],
  'an empty list removes nobody': [
    [{ op: 'remove', path: 'members', value: [] }],
    ['member remove '],
  ],
  'the value of a member removes that one': [
    [{ op: 'remove', path: 'members.value', value: 'a' }],
    ['member remove a'],
  ],
  'an empty list adds nobody': [[{ op: 'add', path: 'members', value: [] }], ['member add ']],
  'members in an object without a path': [
    [{ op: 'add', value: { members: [{ value: 'a' }], displayName: 'D' } }],
    ['member add a'],
  ],
  'a member by its address': [
    [{ op: 'add', path: 'members', value: [{ $ref: 'https://x/scim/v2/Users/a' }] }],
    ['member add a'],
  ],
  'a filtered add adds': [
    [{ op: 'add', path: 'members[value eq "a"]', value: { display: 'A' } }],
    ['member add a'],
  ],
  'a filtered replace by another': [
    [{ op: 'replace', path: 'members[value eq "a"].value', value: 'b' }],
    ['member remove a', 'member add b'],
  ],
  'ids that are GUIDs in any case': [
    [{ op: 'remove', path: `members[value eq "${guid}"]` }],
    [`member remove ${guid.toLowerCase()}`],
  ],
  'owners, behind the URN': [
    [
      { op: 'add', path: `${visage}:owners`, value: ['a'] },
      { op: 'remove', path: `${visage}:owners[value eq "b"]` },
      { op: 'add', value: { [visage]: { owners: [{ value: 'c' }] } } },
    ],
    ['owner add a', 'owner remove b', 'owner add c'],
  ],
  'the extension is removed': [[{ op: 'remove', path: visage }], ['owner replace ']],
}

describe('a PATCH of a group', () => {
  for (const [name, [operations, expected]] of Object.entries(groups)) {
    test(name, () => {
      const changes = peopleChanges(readPatch('Group', { Operations: operations }))
      const told = changes.map(({ relation, how, ids }) => `${relation} ${how} ${ids.join(' ')}`)
      assert.deepEqual(told, expected)
    })
  }

  test('changes its attributes, and leaves its people to the rows', () => {
    const team = { displayName: 'D', isTeam: true, visibility: 'Private', description: 'x' }
    const properties = new Map<string, string | boolean>(Object.entries(team))
    const group = toResource('Group', property => properties.get(property))
    const patched = (...operations: object[]) =>
      toSentGroup(patchResource(group, readPatch('Group', { Operations: operations })))
    assert.deepEqual(patched({ op: 'replace', value: { displayName: 'E', members: ['a'] } }), {
      externalId: undefined,
      fields: { ...team, displayName: 'E' },
      members: [],
      owners: [],
    })
    assert.deepEqual(patched({ op: 'remove', path: visage }).fields, {
      ...{ displayName: 'D', isTeam: false, visibility: 'Public', description: undefined },
    })
  })

  test('removes a thousand people by filters behind the URN in one request', () => {
    const path = `${visage}:owners[value eq "${guid}"]`
    const Operations = Array(1000).fill({ op: 'remove', path })
    assert.equal(peopleChanges(readPatch('Group', { Operations }))[0]?.ids.length, 1000)
  })

  const wrong: readonly (readonly [object, string, RegExp])[] = [
    [{ op: 'remove', path: 'displayName' }, 'mutability', /^displayName is required/],
    [
      { op: 'replace', path: 'displayName', value: ' ' },
      'invalidValue',
      /^displayName is required/,
    ],
    [{ op: 'remove', path: 'members[display eq "A"]' }, 'invalidFilter', /not kept/],
    [
      { op: 'remove', path: 'members[value eq "a" and value eq "b"]' },
      ...(['invalidFilter', /found by value eq/] as const),
    ],
    [{ op: 'remove', path: 'members.value', value: ['a'] }, 'invalidValue', /not a text/],
    [{ op: 'remove', path: 'members[value co "a"]' }, 'invalidFilter', /by value eq/],
    [{ op: 'add', path: 'members', value: [{ display: 'A' }] }, 'invalidValue', /has no value/],
    [{ op: 'add', path: 'members', value: [7] }, 'invalidValue', /members is not an object/],
    [
      { op: 'add', path: 'members', value: Array(10_001).fill('a') },
      'invalidValue',
      /more than 10000/,
    ],
  ]
  for (const [operation, scimType, reason] of wrong) {
    test(`is refused: ${JSON.stringify(operation).slice(0, 60)}`, () => {
      const group = toResource('Group', property => (property === 'displayName' ? 'D' : undefined))
      refuses(
        () => {
          const operations = readPatch('Group', one(operation))
          peopleChanges(operations)
          patchResource(group, operations)
        },
        scimType,
        reason,
      )
    })
  }

  test('is refused with 10,001 members in all', () => {
    const value = Array(5001).fill('a')
    const Operations = [1, 2].map(() => ({ op: 'add', path: 'members', value }))
    refuses(() => readPatch('Group', { Operations }), 'invalidValue', /10000 entries in all/)
  })
})

function refuses(work: () => unknown, scimType: string, reason: RegExp): void {
  assert.throws(work, (error: unknown) => {
    assert.ok(error instanceof Failure)
    assert.match(String(error.facts.reason), reason)
    assert.equal(error.facts.scimType, scimType)
    return true
  })
}
