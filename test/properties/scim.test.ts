/**
 * Senders write the same change in many ways, and anyone with a token can send any body: a PATCH does what a plain model
 * does however it is written, and hostile input is refused as a failure of its own.
 */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { Failure } from '../../src/failure.ts'
import { parseFilter } from '../../src/scim/filter.ts'
import { jsonOf } from '../../src/scim/json-of.ts'
import { patchResource } from '../../src/scim/patch.ts'
import { readPatch } from '../../src/scim/patch-body.ts'
import { peopleChanges } from '../../src/scim/people-changes.ts'
import { readProjection } from '../../src/scim/projection.ts'
import { toProperties, toResource } from '../../src/scim/properties.ts'
import { readResource } from '../../src/scim/read-resource.ts'
import type { TypeName } from '../../src/scim/resource-types.ts'
import { toSentUser } from '../../src/scim/user.ts'

const core = 'urn:ietf:params:scim:schemas:core:2.0:User'
const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'

/** An attribute of a person, the property that keeps it, and the schema that it belongs to. */
const attributes = [
  ['title', 'jobTitle', core],
  ['nickName', 'mailNickname', core],
  ['name.givenName', 'givenName', core],
  ['name.familyName', 'surname', core],
  ['department', 'department', enterprise],
  ['employeeNumber', 'employeeId', enterprise],
  ['manager.value', 'managerId', enterprise],
] as const

const word = fc.constantFrom('a', 'B', 'é', '\\"', '__proto__', 'constructor', '[x]', '7')
const anyCase = (text: string) =>
  fc.constantFrom(
    text,
    text.toUpperCase(),
    text.toLowerCase(),
    `${text[0]?.toUpperCase()}${text.slice(1)}`,
  )

type Change = Readonly<{ property: string; value: string | undefined; operation: object }>

/** Sets an attribute or takes it away, in one of the ways that senders have. */
const change: fc.Arbitrary<Change> = fc
  .record({
    attribute: fc.constantFrom(...attributes),
    value: fc.option(word, { nil: undefined }),
    op: fc.constantFrom('add', 'replace'),
    hasPath: fc.boolean(),
    hasUrn: fc.boolean(),
    isNested: fc.boolean(),
  })
  .chain(({ attribute: [name, property, urn], value, op, hasPath, hasUrn, isNested }) =>
    fc
      .record({
        path: anyCase(hasUrn ? `${urn}:${name}` : name),
        op: anyCase(op),
        remove: anyCase('remove'),
      })
      .map(written => {
        const told = (path: string) => (hasPath ? { path, value } : { value: { [path]: value } })
        const [first = '', second] = name.split('.')
        const inner = second === undefined ? { [first]: value } : { [first]: { [second]: value } }
        const nested = urn === core ? { value: inner } : { value: { [urn]: inner } }
        const set = { op: written.op, ...(isNested ? nested : told(written.path)) }
        const operation = value === undefined ? { op: written.remove, path: written.path } : set
        return { property, value, operation }
      }),
  )

const person = fc.record(
  {
    jobTitle: word,
    mailNickname: word,
    givenName: word,
    surname: word,
    department: word,
    employeeId: word,
    managerId: word,
    mail: word,
    externalId: word,
  },
  { requiredKeys: [] },
)

const always = {
  userPrincipalName: 'anna',
  displayName: 'Anna',
  userType: 'Member',
  isActive: true,
}
const resourceOf = (properties: object) => {
  const known = new Map<string, string | boolean>(Object.entries({ ...always, ...properties }))
  return toResource('User', property => known.get(property))
}

describe('a PATCH of a user', () => {
  test('does what a plain model does, however the same change is written', () => {
    fc.assert(
      fc.property(person, fc.array(change, { maxLength: 12 }), (before, changes) => {
        const model = new Map<string, unknown>(Object.entries({ ...always, ...before }))
        for (const { property, value } of changes) {
          if (value === undefined) model.delete(property)
          else model.set(property, value)
        }
        const Operations = changes.map(({ operation }) => operation)
        const after = patchResource(resourceOf(before), readPatch('User', { Operations }))
        assert.deepEqual(
          new Map([...toProperties('User', after)].toSorted()),
          new Map([...model].toSorted()),
        )
      }),
      { numRuns: 300 },
    )
  })

  test('leaves what was there as it was', () => {
    fc.assert(
      fc.property(person, fc.array(change, { maxLength: 5 }), (properties, changes) => {
        const before = resourceOf(properties)
        patchResource(before, readPatch('User', { Operations: changes.map(one => one.operation) }))
        assert.deepEqual(before, resourceOf(properties))
      }),
      { numRuns: 200 },
    )
  })
})

test('a user who is shown and sent back is unchanged', () => {
  const meta = { location: 'x', version: 'x', lastModified: 'x' }
  fc.assert(
    fc.property(person, properties => {
      const resource = resourceOf(properties)
      const json = jsonOf(
        'User',
        resource,
        { base: 'https://x', id: 'a', meta },
        readProjection('User', {}),
      )
      const sent: unknown = JSON.parse(JSON.stringify(json))
      assert.deepEqual(toSentUser(readResource('User', sent)), toSentUser(resource))
    }),
  )
})

const id = fc.constantFrom('a', 'b', 'c', 'd')

/** An operation on members, and what it does to them. */
const memberChange = fc
  .tuple(
    fc.constantFrom('add', 'remove', 'replace'),
    fc.array(id, { minLength: 1, maxLength: 3 }),
    fc.nat(2),
  )
  .map(([op, ids, form]) => {
    const [first = ''] = ids
    const value = ids.map(one => ({ value: one, $ref: null }))
    if (form === 0 && op === 'remove') {
      return { ids: [first], op, operation: { op, path: `members[value eq "${first}"]` } }
    }
    if (form === 1 && op !== 'remove')
      return { ids, op, operation: { op, value: { members: value } } }
    return { ids, op, operation: { op, path: 'members', value } }
  })

function inSet(set: ReadonlySet<string>, how: string, ids: readonly string[]): Set<string> {
  if (how === 'replace') return new Set(ids)
  return new Set(how === 'add' ? [...set, ...ids] : [...set].filter(one => !ids.includes(one)))
}

test('a PATCH of members adds and removes as a set does, in order', () => {
  fc.assert(
    fc.property(fc.array(memberChange, { maxLength: 20 }), changes => {
      let model = new Set(['a'])
      for (const { op, ids } of changes) model = inSet(model, op, ids)
      let members = new Set(['a'])
      const Operations = changes.map(({ operation }) => operation)
      for (const { how, ids } of peopleChanges(readPatch('Group', { Operations }))) {
        members = inSet(members, how, ids)
      }
      assert.deepEqual([...members].toSorted(), [...model].toSorted())
    }),
    { numRuns: 200 },
  )
})

const names = [
  ...attributes.map(([name]) => name),
  ...['userName', 'displayName', 'emails', 'emails[type eq "work"].value', 'members', 'active'],
  ...['name', 'manager', 'photos', 'id', 'schemas', 'meta', 'Operations', 'op', 'path', 'value'],
  ...[
    '__proto__',
    'constructor',
    'prototype',
    'toString',
    '$ref',
    'type',
    'primary',
    core,
    enterprise,
  ],
  ...[
    'emails[',
    ']',
    'emails[]',
    'members[value eq "a"]',
    '',
    '.',
    ':',
    `${core}:`,
    `${enterprise}:manager`,
  ],
]
const json = fc.letrec<{ value: unknown }>(tie => ({
  value: fc.oneof(
    { depthSize: 'medium', withCrossShrink: true },
    fc.constantFrom(...names, 'add', 'remove', 'replace', 'True', 'False'),
    fc.oneof(fc.constant(null), fc.boolean(), fc.double(), fc.string({ unit: 'binary' })),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom(...names), tie('value'), { maxKeys: 5 }),
  ),
})).value
const operation = fc.record({
  op: fc.oneof(fc.constantFrom('add', 'replace', 'remove', 'Add'), json),
  path: fc.oneof(fc.constantFrom(...names), json),
  value: json,
})

/** Runs `work`, which may refuse its input, but not break. */
function refusesAtMost(work: () => unknown): void {
  try {
    work()
  } catch (error) {
    assert.ok(error instanceof Failure, String(error))
    assert.equal(error.code, 'resource-invalid')
    assert.ok(String(error.facts.reason).length < 400)
  }
}

describe('hostile input', () => {
  const type = fc.constantFrom<TypeName>('User', 'Group')

  test('in the body of a create is read or refused', () => {
    fc.assert(
      fc.property(
        type,
        fc.oneof(json, fc.dictionary(fc.constantFrom(...names), json)),
        (of, body) => {
          refusesAtMost(() => readResource(of, body))
        },
      ),
      { numRuns: 700 },
    )
  })

  test('in the body of a PATCH is read or refused', () => {
    fc.assert(
      fc.property(
        type,
        fc.oneof(json, fc.record({ Operations: fc.array(operation) })),
        (of, body) => {
          refusesAtMost(() => {
            const operations = readPatch(of, body)
            peopleChanges(operations)
            patchResource(resourceOf({ mail: 'a' }), operations)
          })
        },
      ),
      { numRuns: 1000 },
    )
    assert.equal(Object.keys(Object.prototype).length, 0)
  })

  test('in a filter, in lists of names and in paths is read or refused', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        ...names,
        ' eq ',
        ' co ',
        ' pr ',
        ' and ',
        ' or ',
        ' not ',
        '(',
        ')',
        '[',
        ']',
        '"a"',
      ),
      fc.constantFrom(
        '"',
        '\\',
        '\\"',
        '\n',
        '\0',
        ' ',
        'true',
        'null',
        '7',
        '-1e5',
        '\ud800',
        '"\\u0000"',
      ),
      fc.string({ unit: 'binary', maxLength: 5 }),
    )
    const text = fc.array(piece, { maxLength: 30 }).map(pieces => pieces.join(''))
    fc.assert(
      fc.property(type, text, (of, input) => {
        refusesAtMost(() => parseFilter(of, input))
        refusesAtMost(() => readProjection(of, { attributes: input }))
        refusesAtMost(() => readPatch(of, { Operations: [{ op: 'add', path: input, value: 'x' }] }))
        refusesAtMost(() =>
          readPatch(of, { Operations: [{ op: 'remove', path: `emails[${input}]` }] }),
        )
      }),
      { numRuns: 1000 },
    )
  })
})
