/** Filters, as senders write them and as RFC 7644 has them. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Condition } from '../../src/directory/queries/condition.ts'
import { Failure } from '../../src/failure.ts'
import { parseFilter } from '../../src/scim/filter.ts'

const eq = (property: string, value: string | boolean | number): Condition => ({
  ...{ property, operator: 'eq', value },
})
const has = (property: string): Condition => ({ property, operator: 'pr' })
const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'

const users: Readonly<Record<string, Condition>> = {
  // Look-ups of Entra, Okta and authentik.
  'userName eq "Anna@Visage.example"': eq('userPrincipalName', 'anna@visage.example'),
  'externalId eq "aB-7"': eq('externalId', 'aB-7'),
  'externalId eq jyoung': eq('externalId', 'jyoung'),
  'userName eq anna@visage.example': eq('userPrincipalName', 'anna@visage.example'),
  'emails[type eq "work"].value eq "a@b.c"': { and: [has('mail'), eq('mail', 'a@b.c')] },
  'emails.value eq "a@b.c"': eq('mail', 'a@b.c'),
  'emails eq "a@b.c"': eq('mail', 'a@b.c'),
  'id eq 7 and manager eq 2819c223': { and: [eq('id', '7'), eq('managerId', '2819c223')] },
  // Names and operators in any case, and behind a URN.
  'USERNAME EQ "x"': eq('userPrincipalName', 'x'),
  'urn:ietf:params:scim:schemas:core:2.0:User:userName eq "x"': eq('userPrincipalName', 'x'),
  [`${enterprise}:employeeNumber eq 701984`]: eq('employeeId', '701984'),
  [`${enterprise.toUpperCase()}:manager.value eq "x"`]: eq('managerId', 'x'),
  'name.familyName co "O\'Malley"': { property: 'surname', operator: 'co', value: "o'malley" },
  // Every operator.
  'title ne "x"': { not: eq('jobTitle', 'x') },
  'title sw "x"': { property: 'jobTitle', operator: 'sw', value: 'x' },
  'title ew "x"': { property: 'jobTitle', operator: 'ew', value: 'x' },
  'title gt "x"': { property: 'jobTitle', operator: 'gt', value: 'x' },
  'title le "x"': { property: 'jobTitle', operator: 'le', value: 'x' },
  'title co ""': has('jobTitle'),
  'title pr': has('jobTitle'),
  'title eq null': { not: has('jobTitle') },
  'title ne null': has('jobTitle'),
  'title eq "null"': eq('jobTitle', 'null'),
  'active eq true': eq('isActive', true),
  'active eq "False"': eq('isActive', false),
  'active ne True': { not: eq('isActive', true) },
  'meta.lastModified ge "2011-05-13T04:42:34Z"': {
    ...{ property: 'changedAt', operator: 'ge', value: 1305261754000 },
  },
  // Precedence and brackets.
  'title pr and userType eq "Member" or active eq true': {
    or: [{ and: [has('jobTitle'), eq('userType', 'member')] }, eq('isActive', true)],
  },
  'title pr and (userType eq "Member" or active eq true)': {
    and: [has('jobTitle'), { or: [eq('userType', 'member'), eq('isActive', true)] }],
  },
  'not (title pr) and id pr': { and: [{ not: has('jobTitle') }, has('id')] },
  'not not not (title pr)': { not: has('jobTitle') },
  'emails[type eq "work" and value co "@b"]': {
    and: [has('mail'), { property: 'mail', operator: 'co', value: '@b' }],
  },
  'emails[type eq "home"]': { or: [] },
  'emails[primary eq true]': has('mail'),
  // What a value can hold.
  'title eq "say \\"hi\\" (or [not])"': eq('jobTitle', 'say "hi" (or [not])'),
  'title eq "a\\\\"': eq('jobTitle', 'a\\'),
  'title eq "\\u00e9"': eq('jobTitle', 'é'),
  'title eq "and"': eq('jobTitle', 'and'),
  'title eq and': eq('jobTitle', 'and'),
  'title eq "日本"': eq('jobTitle', '日本'),
  '(title eq x)': eq('jobTitle', 'x'),
}

const groups: Readonly<Record<string, Condition>> = {
  'displayName eq "Designers"': eq('displayName', 'designers'),
  'members[value eq "x"]': eq('members', 'x'),
  'members.value eq "x"': eq('members', 'x'),
  'members eq "x"': eq('members', 'x'),
  'urn:ietf:params:scim:schemas:extension:visage:2.0:Group:team eq true': eq('isTeam', true),
}

describe('filters', () => {
  for (const [text, condition] of Object.entries(users)) {
    test(text, () => assert.deepEqual(parseFilter('User', text), condition))
  }
  for (const [text, condition] of Object.entries(groups)) {
    test(text, () => assert.deepEqual(parseFilter('Group', text), condition))
  }

  const refusals: readonly (readonly [string, RegExp])[] = [
    ['', /do not fit together/],
    ['   ', /do not fit together/],
    ['userName', /do not fit together/],
    ['userName eq', /do not fit together/],
    ['userName eq )', /a comparison without a value/],
    ['userName xx "a"', /'"a"' where no value can be/],
    ['userName xx a', /do not fit together/],
    ['"userName" eq "a"', /where no value can be/],
    ['userName eq "a" "b"', /where no value can be/],
    ['userName eq "a" and', /do not fit together/],
    ['(userName pr', /do not fit together/],
    ['userName pr)', /do not fit together/],
    ['emails[type eq "work"', /do not fit together/],
    ['userName eq "a', /cannot be read from '"a' on/],
    ['userName eq "\\x"', /wrong escape/],
    ['userName eq "a\nb"', /cannot be read/],
    ['userName eq "\\u0000"', /NUL/],
    ['userName eq a\0', /NUL/],
    ['userName gt null', /null with gt/],
    ['userName pr constructor id pr', /the operator 'constructor'/],
    ['userName pr valueOf id pr', /the operator 'valueof'|do not fit/],
    ['active gt true', /compares active with gt/],
    ['active eq "maybe"', /neither true nor false/],
    ['meta.lastModified gt "soon"', /no time/],
    ['meta.lastModified co "2011"', /compares meta.lastModified with co/],
    ['phoneNumbers.value eq "1"', /'phoneNumbers.value', which is not kept/],
    ['name.formatted eq "1"', /not kept/],
    ['name eq "1"', /not kept/],
    ['photos.value eq "1"', /not kept/],
    ['constructor eq "1"', /not kept/],
    ['__proto__ pr', /not kept/],
    ['password eq "x"', /not kept/],
    ['emails[emails[value pr]]', /not kept/],
    [enterprise, /do not fit together/],
    [`${enterprise} pr`, /not kept/],
    [`userName eq "${'a'.repeat(4096)}"`, /longer than 4096/],
    [`${'('.repeat(51)}userName pr${')'.repeat(51)}`, /more than 50 brackets/],
    [Array(101).fill('id eq 1').join(' or '), /more than 100 comparisons/],
  ]
  for (const [text, reason] of refusals) {
    test(`refused: ${text.slice(0, 60)}`, () => {
      assert.throws(
        () => parseFilter('User', text),
        (error: unknown) =>
          error instanceof Failure &&
          error.facts.scimType === 'invalidFilter' &&
          reason.test(String(error.facts.reason)),
      )
    })
  }

  test('the people of groups are found by their whole id only, which an index knows', () => {
    for (const operator of ['co', 'sw', 'ew', 'gt', 'le']) {
      for (const name of ['members', 'members.value', 'owners']) {
        assert.throws(
          () => parseFilter('Group', `not (${name} ${operator} "x")`),
          (error: unknown) =>
            error instanceof Failure && error.facts.reason?.toString().includes(operator),
        )
      }
    }
    assert.deepEqual(parseFilter('Group', 'members ne "x"'), { not: eq('members', 'x') })
    assert.deepEqual(parseFilter('Group', 'owners pr'), has('owners'))
  })

  test('25 brackets that open and 25 that close are read', () => {
    const text = `${'('.repeat(25)}title pr${')'.repeat(25)}`
    assert.deepEqual(parseFilter('User', text), has('jobTitle'))
  })

  // The pattern of scim2-parse-filter for a text in quotes doubles its time with each of these line feeds.
  test('a quote that is not closed costs nothing, whatever follows', () => {
    for (const filler of ['\n', '\\', '\\"', '"', 'a\n', ' ']) {
      const text = `userName eq "${filler.repeat(4000 / filler.length)}`
      try {
        parseFilter('User', text)
      } catch (error) {
        assert.ok(error instanceof Failure)
      }
    }
  })
})
