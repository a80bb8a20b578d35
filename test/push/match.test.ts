/** Which file is whose: a match is certain, and everything else is listed. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Candidate, type Choice, match } from '../../src/push/match.ts'
import { readPattern } from '../../src/push/pattern.ts'
import type { Found } from '../../src/push/scan.ts'
import { indexWanted, type MapLine, wantedByMap, wantedByName } from '../../src/push/wanted.ts'

const fileOf = (path: string, modifiedMs = 0): Found => ({ path, bytes: 1, modifiedMs })

const person = (id: string, values: Readonly<Record<string, string>>): Candidate => ({
  id,
  name: values.displayName ?? id,
  address: values.userPrincipalName ?? '',
  values: { id, ...values },
})

async function* oneByOne(people: readonly Candidate[]): AsyncGenerator<Candidate> {
  yield* people
}

async function matchAll(
  files: readonly Found[],
  people: readonly Candidate[],
  patterns: readonly string[] = ['userPrincipalName'],
  prefer: Choice = 'none',
) {
  const index = indexWanted(wantedByName(files))
  return await match(files, index, oneByOne(people), patterns.map(readPattern), prefer)
}

const idsOf = ({ matches }: Awaited<ReturnType<typeof match>>) =>
  matches.map(({ file, person }) => [file.path, person.id])

const anna = person('1', {
  userPrincipalName: 'anna.müller@example.org',
  displayName: 'Anna Müller',
  givenName: 'Anna',
  surname: 'Müller',
  employeeId: '00123',
})

describe('match', () => {
  test('finds who is called like a file, without folder and ending', async () => {
    const found = await matchAll([fileOf('2026/anna.müller@example.org.JPG')], [anna])
    assert.deepEqual(idsOf(found), [['2026/anna.müller@example.org.JPG', '1']])
    assert.equal(found.matches[0]?.isFolded, false)
  })

  const likeNames: readonly (readonly [string, string])[] = [
    ['decomposed accents of a Mac', 'anna.müller@example.org.jpg'.normalize('NFD')],
    ['letter case', 'ANNA.MÜLLER@EXAMPLE.ORG.jpg'],
  ]
  for (const [what, path] of likeNames) {
    test(`finds them in spite of ${what}, and says so`, async () => {
      const found = await matchAll([fileOf(path)], [anna])
      assert.equal(found.matches[0]?.isFolded, true)
    })
  }

  test('ignores spaces and dots at the end, which Windows adds', async () => {
    const found = await matchAll([fileOf('anna.müller@example.org .. .jpg')], [anna])
    assert.equal(found.matches.length, 1)
  })

  test('takes ß and SS as one', async () => {
    const people = [person('2', { surname: 'Groß' })]
    assert.equal((await matchAll([fileOf('GROSS.jpg')], people, ['surname'])).matches.length, 1)
  })

  test('compares several properties at once', async () => {
    const found = await matchAll([fileOf('Müller, Anna.jpg')], [anna], ['{surname}, {givenName}'])
    assert.equal(found.matches[0]?.by, '{surname}, {givenName}')
  })

  test('never matches with an empty part', async () => {
    const nobody = person('3', { surname: 'Müller' })
    const found = await matchAll([fileOf('Müller,.jpg')], [nobody], ['{surname}, {givenName}'])
    assert.deepEqual(found.matches, [])
    assert.deepEqual(found.emptyPatterns, ['{surname}, {givenName}'])
  })

  test('spells properties as Graph does', async () => {
    assert.equal((await matchAll([fileOf('00123.jpg')], [anna], ['EMPLOYEEID'])).matches.length, 1)
  })

  test('never guesses between two people', async () => {
    const twins = [person('1', { displayName: 'Kim' }), person('2', { displayName: 'KIM' })]
    const found = await matchAll([fileOf('kim.jpg')], twins, ['displayName'])
    assert.deepEqual(found.matches, [])
    assert.deepEqual(
      found.ambiguous[0]?.people.map(({ id }) => id),
      ['1', '2'],
    )
  })

  test('never guesses between a name and a mail address of another person', async () => {
    const people = [person('1', { userPrincipalName: 'x@y' }), person('2', { mail: 'x@y' })]
    const found = await matchAll([fileOf('x@y.jpg')], people, ['userPrincipalName', 'mail'])
    assert.equal(found.ambiguous.length, 1)
  })

  test('takes two properties of one person as one match', async () => {
    const people = [person('1', { userPrincipalName: 'x@y', mail: 'x@y' })]
    assert.equal(
      (await matchAll([fileOf('x@y.jpg')], people, ['userPrincipalName', 'mail'])).matches.length,
      1,
    )
  })

  const twoFiles = [fileOf('2025/00123.jpg', 1), fileOf('2026/00123.png', 2)]

  test('lists several files of one person', async () => {
    const found = await matchAll(twoFiles, [anna], ['employeeId'])
    assert.deepEqual(found.matches, [])
    assert.equal(found.duplicates[0]?.files.length, 2)
  })

  test('takes the newest where that was asked for, and says which were left out', async () => {
    const found = await matchAll(twoFiles, [anna], ['employeeId'], 'newest')
    assert.deepEqual(idsOf(found), [['2026/00123.png', '1']])
    assert.equal(found.superseded[0]?.file.path, '2025/00123.jpg')
  })

  test('does not guess between two that are equally new', async () => {
    const same = [fileOf('a/00123.jpg', 1), fileOf('b/00123.jpg', 1)]
    const found = await matchAll(same, [anna], ['employeeId'], 'newest')
    assert.equal(found.duplicates.length, 1)
  })

  test('hints at zeros that a spreadsheet dropped', async () => {
    const found = await matchAll([fileOf('123.jpg')], [anna], ['employeeId'])
    assert.deepEqual(found.matches, [])
    assert.match(found.unknown[0]?.hint ?? '', /Anna Müller has employeeId 00123.*zeros/)
  })

  test('hints at a second copy', async () => {
    const found = await matchAll([fileOf('anna müller (2).jpg')], [anna], ['displayName'])
    assert.match(found.unknown[0]?.hint ?? '', /second copy for Anna Müller/)
  })

  test('keeps only people whom a file fits, however many pass by', async () => {
    async function* many(): AsyncGenerator<Candidate> {
      for (let at = 0; at < 100_000; at++) yield person(`p${at}`, { employeeId: `e${at}` })
    }
    const files = [fileOf('e7.jpg')]
    const found = await match(
      files,
      indexWanted(wantedByName(files)),
      many(),
      [readPattern('employeeId')],
      'none',
    )
    assert.equal(found.people, 100_000)
    assert.equal(found.matches[0]?.person.id, 'p7')
  })

  const wrong: readonly (readonly [string, RegExp])[] = [
    ['', /write a property/],
    ['{surname', /counterpart/],
    ['{a b}', /not the name of a property/],
    ['first.last', /write a property/],
    ['{}', /not the name/],
  ]
  for (const [text, message] of wrong) {
    test(`refuses the pattern '${text}'`, () => assert.throws(() => readPattern(text), message))
  }
})

describe('a map', () => {
  const lines: readonly MapLine[] = [
    { line: 2, file: 'IMG_1.jpg', value: '00123' },
    { line: 3, file: 'missing.jpg', value: '7' },
  ]

  test('says whose a file is, and lists lines without a file', async () => {
    const files = [fileOf('day/img_1.JPG'), fileOf('IMG_2.jpg')]
    const { wanted, unused } = wantedByMap(files, lines)
    const found = await match(
      files,
      indexWanted(wanted),
      oneByOne([anna]),
      [readPattern('employeeId')],
      'none',
    )
    assert.deepEqual(idsOf(found), [['day/img_1.JPG', '1']])
    assert.deepEqual(
      unused.map(({ line }) => line),
      [3],
    )
    assert.deepEqual(
      found.unknown.map(({ file }) => file.path),
      ['IMG_2.jpg'],
    )
  })

  test('that names one file for two people is ambiguous', async () => {
    const files = [fileOf('IMG_1.jpg')]
    const twice = [...lines, { line: 4, file: 'IMG_1.jpg', value: '9' }]
    const { wanted } = wantedByMap(files, twice)
    const people = oneByOne([anna, person('9', { employeeId: '9' })])
    const found = await match(
      files,
      indexWanted(wanted),
      people,
      [readPattern('employeeId')],
      'none',
    )
    assert.equal(found.ambiguous.length, 1)
  })
})
