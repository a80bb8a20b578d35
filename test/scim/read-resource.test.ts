/** Bodies of creates and replaces, as senders write them. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Failure } from '../../src/failure.ts'
import { toSentGroup } from '../../src/scim/group.ts'
import { readResource, sentId } from '../../src/scim/read-resource.ts'
import { toSentUser } from '../../src/scim/user.ts'

const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'
const visage = 'urn:ietf:params:scim:schemas:extension:visage:2.0:Group'

const sentUser = (body: object) => toSentUser(readResource('User', { userName: 'anna', ...body }))
const fieldsOf = (body: object) => sentUser(body).fields

describe('a user that is sent', () => {
  test('is read with every attribute that is kept', () => {
    const body = {
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:User', enterprise],
      externalId: '7',
      userName: 'anna@visage.example',
      displayName: 'Anna Berg',
      name: { givenName: 'Anna', familyName: 'Berg', formatted: 'Anna Berg' },
      nickName: 'anna.berg',
      title: 'Engineer',
      userType: 'guest',
      active: false,
      emails: [{ type: 'work', value: 'Anna@visage.example', primary: true }],
      photos: [{ type: 'photo', value: 'data:image/png;base64,AAAA' }],
      meta: { resourceType: 'User' },
      roles: [],
      [enterprise]: { employeeNumber: '41', department: 'R&D', manager: { value: 'id-of-bob' } },
    }
    assert.deepEqual(toSentUser(readResource('User', body)), {
      externalId: '7',
      fields: {
        userPrincipalName: 'anna@visage.example',
        displayName: 'Anna Berg',
        givenName: 'Anna',
        surname: 'Berg',
        mail: 'Anna@visage.example',
        mailNickname: 'anna.berg',
        jobTitle: 'Engineer',
        department: 'R&D',
        employeeId: '41',
        userType: 'Guest',
        isActive: false,
      },
      managerId: 'id-of-bob',
      photo: 'data:image/png;base64,AAAA',
    })
  })

  test('is active, a member, and has a name to show, unless the body says otherwise', () => {
    const { isActive, userType, displayName, mail } = fieldsOf({})
    assert.deepEqual([isActive, userType, displayName, mail], [true, 'Member', 'anna', undefined])
    assert.equal(
      fieldsOf({ name: { familyName: 'Berg', givenName: 'Anna' } }).displayName,
      'Anna Berg',
    )
    assert.equal(fieldsOf({ userType: 'Employee' }).userType, 'Member')
  })

  test('has names in any case, dotted, and behind the URN of a schema', () => {
    const { fields, managerId } = sentUser({
      USERNAME: 'bob',
      'name.givenName': 'Bob',
      'Name.FamilyName': 'Berg',
      'urn:ietf:params:scim:schemas:core:2.0:User:title': 'Engineer',
      [`${enterprise}:department`]: 'R&D',
      [enterprise.toUpperCase()]: { EmployeeNumber: '8' },
      [`${enterprise}:manager.value`]: 'ceo',
    })
    assert.deepEqual(
      [fields.userPrincipalName, fields.givenName, fields.surname, fields.jobTitle],
      ['bob', 'Bob', 'Berg', 'Engineer'],
    )
    assert.deepEqual([fields.department, fields.employeeId, managerId], ['R&D', '8', 'ceo'])
  })

  test('keeps what other ways in keep too', () => {
    const name = '\u200fשלום\u200f'
    const { displayName, givenName, jobTitle } = fieldsOf({
      displayName: name,
      name: { givenName: 'Anna\t' },
      title: 'Engineer\nArchitect',
    })
    assert.deepEqual([displayName, givenName, jobTitle], [name, 'Anna\t', 'Engineer\nArchitect'])
  })

  test('has no value where a text is blank', () => {
    const { displayName, jobTitle } = fieldsOf({ displayName: '  ', title: '\t' })
    assert.deepEqual([displayName, jobTitle], ['anna', undefined])
  })

  test('may say active as a text', () => {
    for (const active of ['False', 'false', 'FALSE', false]) {
      assert.equal(fieldsOf({ active }).isActive, false)
    }
    for (const active of ['True', true, null]) assert.equal(fieldsOf({ active }).isActive, true)
  })

  test('may have a manager as a text', () => {
    const id = 'AAAAAAAA-0000-4000-8000-000000000001'
    assert.equal(sentUser({ [enterprise]: { manager: id } }).managerId, id.toLowerCase())
    assert.equal(sentUser({ [enterprise]: { manager: { value: '' } } }).managerId, null)
    assert.equal(sentUser({}).managerId, null)
  })

  const mails: readonly (readonly [string, unknown, string | undefined])[] = [
    [
      'the primary one',
      [
        { value: 'a', type: 'work' },
        { value: 'b', primary: true },
      ],
      'b',
    ],
    [
      'else that of type work',
      [
        { value: 'a', type: 'home' },
        { value: 'b', type: 'Work' },
      ],
      'b',
    ],
    [
      'else the first',
      [
        { value: 'a', type: 'other' },
        { value: 'b', type: 'home' },
      ],
      'a',
    ],
    ['one without a type', [{ value: 'a' }], 'a'],
    ['one that is a text', ['a'], 'a'],
    ['one that is no list', { value: 'a' }, 'a'],
    ['none that has no value', [{ type: 'work', value: null }, { value: 'b' }], 'b'],
    ['none of no addresses', [], undefined],
    ['none of null', null, undefined],
  ]
  for (const [name, emails, mail] of mails) {
    test(`keeps of several addresses ${name}`, () => assert.equal(fieldsOf({ emails }).mail, mail))
  }

  test('has its photo taken from a photo rather than from a thumbnail', () => {
    const photos = [
      { type: 'thumbnail', value: 'small', primary: true },
      { type: 'photo', value: 'large' },
    ]
    assert.equal(sentUser({ photos }).photo, 'large')
    assert.equal(sentUser({ photos: photos.slice(0, 1) }).photo, 'small')
  })

  test('has nothing else kept, a password least of all', () => {
    const resource = readResource('User', {
      ...{ userName: 'anna', password: 'secret', phoneNumbers: [{ value: '1' }], id: 'x' },
      ...{ [`${enterprise}:costCenter`]: '9', 'name.formatted': 'A', groups: [] },
    })
    assert.deepEqual([...resource.keys()], ['userName'])
  })

  test('may name its id, as scim-for-keycloak does', () => {
    assert.equal(sentId({ id: 'x' }), 'x')
    for (const id of ['', null, 7, 'x'.repeat(641), undefined])
      assert.equal(sentId({ id }), undefined)
    assert.equal(sentId(null), undefined)
  })

  const refusals: readonly (readonly [string, unknown, RegExp])[] = [
    ['no object', [], /not a JSON object/],
    ['a text', 'x', /not a JSON object/],
    ['null', null, /not a JSON object/],
    ['no userName', { displayName: 'x' }, /^userName is required/],
    ['null for userName', { userName: null }, /^userName is required/],
    ['a number for a text', { userName: 7 }, /^userName is not a text/],
    ['a list for a text', { userName: ['x'] }, /^userName is not a text/],
    ['an object for a text', { userName: 'x', title: {} }, /^title is not a text/],
    ['a long text', { userName: 'x'.repeat(641) }, /^userName is longer than 640/],
    ['NUL in a text', { userName: 'a\0' }, /^userName contains a NUL/],
    ['a blank userName', { userName: ' ' }, /^userName is required/],
    ['a control character', { userName: 'a\u0007b' }, /^userName contains a control/],
    ['a line break', { userName: 'x', displayName: 'a\nb' }, /^displayName contains a control/],
    [
      'a line separator in parts',
      { userName: 'x', name: { familyName: 'a\u2028b' } },
      /^name.familyName contains a control/,
    ],
    ['a word for a boolean', { userName: 'x', active: 'yes' }, /^active is neither true nor false/],
    ['a number for a boolean', { userName: 'x', active: 1 }, /^active is neither true nor false/],
    ['a text for parts', { userName: 'x', name: 'Anna' }, /^name is not an object/],
    [
      'a number in parts',
      { userName: 'x', name: { givenName: 1 } },
      /^name.givenName is not a text/,
    ],
    ['numbers in a list', { userName: 'x', emails: [7] }, /^emails is not an object/],
    ['null in a list', { userName: 'x', emails: [null] }, /^emails is not an object/],
    ['31 addresses', { userName: 'x', emails: Array(31).fill('a') }, /^emails has more than 30/],
    [
      '5,001 names',
      {
        userName: 'x',
        other: Object.fromEntries(Array.from({ length: 5000 }, (_, at) => [at, 1])),
      },
      /^there are more than 5000 names/,
    ],
    [
      'a number for an extension',
      { userName: 'x', [enterprise]: 7 },
      /enterprise:2.0:User is not an object/,
    ],
  ]
  for (const [name, body, reason] of refusals) {
    test(`is refused with ${name}`, () => refuses(() => readResource('User', body), reason))
  }

  test('changes no prototype', () => {
    const body: unknown = JSON.parse(
      '{"userName":"x","__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},' +
        '"__proto__.polluted":1,"name":{"__proto__":{"polluted":1},"givenName":"A"}}',
    )
    assert.deepEqual([...readResource('User', body).keys()], ['userName', 'name'])
    assert.equal(Reflect.get({}, 'polluted'), undefined)
  })
})

describe('a group that is sent', () => {
  test('is read with its people, and with what Graph says about groups', () => {
    const body = {
      displayName: 'Designers',
      externalId: '9',
      members: [
        { value: 'a', $ref: null, display: 'Anna' },
        { value: 'b', type: 'User' },
      ],
      [visage]: {
        ...{ description: 'Who draws', team: 'True', visibility: 'private', owners: ['a'] },
      },
    }
    assert.deepEqual(toSentGroup(readResource('Group', body)), {
      externalId: '9',
      fields: {
        ...{ displayName: 'Designers', description: 'Who draws' },
        ...{ visibility: 'Private', isTeam: true },
      },
      members: ['a', 'b'],
      owners: ['a'],
    })
  })

  const refusals: readonly (readonly [string, object, RegExp])[] = [
    ['no displayName', {}, /^displayName is required/],
    ['a blank displayName', { displayName: '  ' }, /^displayName is required/],
    ['a control character', { displayName: 'a\u001b[2J' }, /^displayName contains a control/],
    [
      'a member without value',
      { displayName: 'x', members: [{ display: 'A' }] },
      /an entry of members has no value/,
    ],
    [
      'another visibility',
      { displayName: 'x', [`${visage}:visibility`]: 'Hidden' },
      /'Hidden', not Public or Private/,
    ],
    [
      '10,001 members',
      { displayName: 'x', members: Array(10_001).fill('a') },
      /^members has more than 10000/,
    ],
  ]
  for (const [name, body, reason] of refusals) {
    test(`is refused with ${name}`, () => refuses(() => readResource('Group', body), reason))
  }
})

function refuses(read: () => unknown, reason: RegExp) {
  assert.throws(read, (error: unknown) => {
    assert.ok(error instanceof Failure)
    assert.match(String(error.facts.reason), reason)
    assert.match(String(error.facts.scimType), /^invalid(Value|Syntax)$/)
    return true
  })
}
