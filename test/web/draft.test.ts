/** Forms of people and groups: what is wrong, what is sent, and which field a refusal of the server is about. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { accountFields, draftOfPerson } from '../../web/src/administration/account-fields.ts'
import {
  changesOf,
  type Draft,
  findWrongs as findIn,
  refusedField as refusedIn,
  trimmed,
} from '../../web/src/administration/draft.ts'
import { groupFields } from '../../web/src/administration/group-fields.ts'
import { Problem } from '../../web/src/graph/problem.ts'

const findWrongs = (draft: Draft) => findIn(accountFields, draft)
const refusedField = (problem: unknown) => refusedIn(accountFields, problem)

const ada: Draft = {
  displayName: 'Ada Lovelace',
  userPrincipalName: 'ada@visage.example',
}

const refused = (words: string) => new Problem({ kind: 'refused', status: 400, words })

describe('the form of a person', () => {
  test('needs a display name and a sign-in name', () => {
    assert.deepEqual(findWrongs({}), {
      displayName: 'missing',
      userPrincipalName: 'missing',
    })
    assert.deepEqual(findWrongs(ada), {})
  })

  test('takes spaces alone for nothing', () => {
    const spaces = trimmed({ ...ada, displayName: '   ', mail: ' ' })
    assert.deepEqual(findWrongs(spaces), { displayName: 'missing' })
    assert.equal(spaces.mail, '')
  })

  for (const address of ['ada', 'ada@', '@visage.example', 'a b@visage.example', 'a@b@c']) {
    test(`says that “${address}” is no address`, () => {
      const wrong = { ...ada, userPrincipalName: address, mail: address }
      assert.deepEqual(findWrongs(wrong), { userPrincipalName: 'no-address', mail: 'no-address' })
    })
  }

  test('says that an alias of a group holds no spaces and no brackets', () => {
    const group = { displayName: 'Tea', mailNickname: 'tea lovers' }
    assert.deepEqual(findIn(groupFields, group), { mailNickname: 'no-alias' })
    assert.deepEqual(findIn(groupFields, { ...group, mailNickname: 'tea-lovers' }), {})
  })

  test('sends only what differs, and null for what was emptied', () => {
    const before = { ...ada, jobTitle: 'Analyst', department: 'Engines' }
    const after = { ...before, jobTitle: '', surname: 'Lovelace' }
    assert.deepEqual(changesOf(before, after), { surname: 'Lovelace', jobTitle: null })
    assert.deepEqual(changesOf(before, before), {})
  })

  test('begins with what is known of a person', () => {
    const someone = {
      id: 'ID',
      name: 'Ada',
      title: 'Analyst',
      userPrincipalName: 'ada@visage.example',
      department: undefined,
      givenName: undefined,
      surname: 'Lovelace',
      mail: undefined,
      account: 'enabled',
    } as const
    assert.deepEqual(draftOfPerson(someone), {
      givenName: '',
      mail: '',
      department: '',
      displayName: 'Ada',
      userPrincipalName: 'ada@visage.example',
      surname: 'Lovelace',
      jobTitle: 'Analyst',
    })
  })

  test('puts a refusal beside the field that it names', () => {
    const taken =
      'Another object with the same value for property userPrincipalName already exists.'
    assert.deepEqual(refusedField(refused(taken)), { userPrincipalName: 'taken' })
    const long = 'The resource in the body is not valid: jobTitle is longer than 640 characters.'
    assert.deepEqual(refusedField(refused(long)), { jobTitle: 'refused' })
  })

  test('puts any other refusal beside no field', () => {
    const managed = "Unable to update the specified properties: 'cli' manages this object."
    assert.equal(refusedField(refused(managed)), undefined)
    assert.equal(refusedField(new Problem({ kind: 'offline' })), undefined)
    assert.equal(refusedField(new TypeError('userPrincipalName')), undefined)
  })
})
