/** Decisions for any caller and relation: rules that hold for any tables. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  type CallerPermissions,
  permit,
  type Relation,
  relate,
  type Verdict,
} from '../../src/permissions/decide.ts'
import { roles } from '../../src/permissions/roles.ts'
import {
  type AccountKind,
  type Action,
  permissionReach,
  type Resource,
  tables,
} from '../../src/permissions/tables.ts'

const resources: readonly Resource[] = [
  'user',
  'group',
  'team',
  'membership',
  'ownership',
  'manager',
  'directReport',
  'groupMember',
  'groupOwner',
  'deletedItem',
  'deletedUser',
  'deletedGroup',
  'contact',
  'contactFolder',
  'photoUpdateSettings',
]
const photoActions = ['read', 'readMetadata', 'update', 'delete'] as const
const entryActions = [
  'readEntry',
  'listEntries',
  'createEntry',
  'updateEntry',
  'deleteEntry',
] as const
const actions: readonly Action[] = [...photoActions, ...entryActions]
const kinds: readonly AccountKind[] = ['delegated', 'personal', 'application']
const permissionNames = [...Object.keys(permissionReach), 'Contacts.ReadWrite.Shared', 'Mail.Read']

const anySet = (names: readonly string[]) => fc.subarray([...names]).map(chosen => new Set(chosen))
const anyCaller: fc.Arbitrary<CallerPermissions> = fc.record({
  kind: fc.constantFrom(...kinds),
  permissions: anySet(permissionNames),
  isB2c: fc.boolean(),
})
const anyRelation: fc.Arbitrary<Relation> = fc.record({
  isSelf: fc.boolean(),
  isOwner: fc.boolean(),
  isOwnMailbox: fc.boolean(),
  roleTemplateIds: anySet(Object.values(roles)),
})
const anyQuestion = fc.record({
  action: fc.constantFrom(...actions),
  resource: fc.constantFrom(...resources),
  caller: anyCaller,
  relation: anyRelation,
})
type Question = Readonly<{
  action: Action
  resource: Resource
  caller: CallerPermissions
  relation: Relation
}>

function ask({ action, resource, caller, relation }: Question): Verdict {
  return relate(action, resource, caller, relation)
}

function check(property: (question: Question) => void): void {
  fc.assert(fc.property(anyQuestion, property), { numRuns: 2000 })
}

test('there is a table for every action, resource and kind of account', () => {
  for (const action of actions) {
    for (const resource of resources) {
      for (const kind of kinds) assert.ok(tables[action][resource].rows[kind])
    }
  }
})

test('granting more permissions or roles never removes access', () => {
  const more = fc.tuple(anySet(permissionNames), anySet(Object.values(roles)))
  fc.assert(
    fc.property(anyQuestion, more, (question, [permissions, roleTemplateIds]) => {
      const richer = grant(question, permissions, roleTemplateIds)
      if (ask(question).allowed) assert.ok(ask(richer).allowed)
      const { action, resource, caller } = question
      if (permit(action, resource, caller).allowed) {
        assert.ok(permit(action, resource, richer.caller).allowed)
      }
    }),
    { numRuns: 2000 },
  )
})

test('a closer relation never removes access', () => {
  check(question => {
    if (!ask(question).allowed) return
    const relation = { ...question.relation, isSelf: true, isOwner: true, isOwnMailbox: true }
    assert.ok(ask({ ...question, relation }).allowed)
  })
})

test('an action allowed on a target is allowed by the table', () => {
  check(question => {
    const { action, resource, caller } = question
    if (ask(question).allowed) assert.ok(permit(action, resource, caller).allowed)
  })
})

test('any one of the sufficient permissions, with any one of the named roles, is enough', () => {
  check(question => {
    const verdict = ask(question)
    if (verdict.allowed) return
    for (const permission of verdict.sufficient) {
      const ids = verdict.roles?.map(name => roles[name]) ?? [undefined]
      for (const id of ids) {
        const granted = grant(
          question,
          new Set([permission]),
          new Set(id === undefined ? [] : [id]),
        )
        assert.ok(ask(granted).allowed)
      }
    }
  })
})

test('any one of the permissions that the table’s refusal names passes the table', () => {
  check(({ action, resource, caller }) => {
    const verdict = permit(action, resource, caller)
    if (verdict.allowed) return
    for (const permission of verdict.sufficient) {
      assert.ok(permit(action, resource, { ...caller, permissions: new Set([permission]) }).allowed)
    }
    for (const permission of verdict.ownOnly ?? [])
      assert.ok(verdict.sufficient.includes(permission))
  })
})

test('a named role is really missing, and without one the same question stays refused', () => {
  check(question => {
    const verdict = ask(question)
    if (verdict.allowed || verdict.roles === undefined) return
    for (const name of verdict.roles) {
      assert.ok(!question.relation.roleTemplateIds.has(roles[name]))
    }
    assert.equal(ask(grant(question, new Set(permissionNames), new Set())).allowed, false)
  })
})

test('without any permission nothing is allowed, with any role or relation', () => {
  check(question => {
    const caller = { ...question.caller, permissions: new Set<string>() }
    assert.equal(ask({ ...question, caller }).allowed, false)
    assert.equal(permit(question.action, question.resource, caller).allowed, false)
  })
})

test('a personal account changes only its own photo, and reads only its own data', () => {
  check(question => {
    const caller: CallerPermissions = { ...question.caller, kind: 'personal' }
    if (!ask({ ...question, caller }).allowed) return
    const { resource, action, relation } = question
    if (action === 'update' || action === 'delete') assert.equal(resource, 'user')
    assert.ok(resource === 'user' ? relation.isSelf : relation.isOwnMailbox)
    assert.ok(resource !== 'group' && resource !== 'team' && resource !== 'photoUpdateSettings')
  })
})

test('an application never updates the photo of a team', () => {
  check(question => {
    const caller: CallerPermissions = { ...question.caller, kind: 'application' }
    const verdict = ask({ ...question, action: 'update', resource: 'team', caller })
    assert.deepEqual(verdict, { allowed: false, why: 'account-unsupported', sufficient: [] })
  })
})

test('in a B2C tenant no user photo is ever updated', () => {
  check(question => {
    const caller = { ...question.caller, isB2c: true }
    const verdict = ask({ ...question, action: 'update', resource: 'user', caller })
    assert.deepEqual(verdict, { allowed: false, why: 'b2c-unsupported', sufficient: [] })
  })
})

test('no signed-in user can access the mailbox of another', () => {
  check(question => {
    const relation = { ...question.relation, isOwnMailbox: false }
    if (question.caller.kind === 'application') return
    for (const resource of ['contact', 'contactFolder'] as const) {
      assert.equal(ask({ ...question, resource, relation }).allowed, false)
    }
  })
})

function grant(
  question: Question,
  permissions: ReadonlySet<string>,
  roleTemplateIds: ReadonlySet<string>,
): Question {
  const { caller, relation } = question
  return {
    ...question,
    caller: { ...caller, permissions: new Set([...caller.permissions, ...permissions]) },
    relation: {
      ...relation,
      roleTemplateIds: new Set([...relation.roleTemplateIds, ...roleTemplateIds]),
    },
  }
}
