/** What the lists of the page ask, and what they make of the answers. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readFolders } from '../../web/src/graph/contacts.ts'
import { readGroups } from '../../web/src/graph/groups.ts'
import { pathOf, toPage } from '../../web/src/graph/page.ts'
import { peoplePath, toPerson } from '../../web/src/graph/people.ts'

const asText = (fields: Readonly<Record<string, unknown>>) => String(fields.id)
const { signal } = new AbortController()

test('the next page is asked for by its path, behind a base address with a path, too', () => {
  assert.equal(
    pathOf('http://localhost:8080/v1.0/users?$top=2&$skiptoken=x'),
    '/users?$top=2&$skiptoken=x',
  )
  assert.equal(pathOf('https://a.example/visage/beta/users?x=/v1.0/y'), '/users?x=/v1.0/y')
  assert.equal(pathOf('https://a.example/elsewhere?x=/v1.0/y'), undefined)
})

test('an answer that is not a list has no rows', () => {
  for (const body of [
    undefined,
    null,
    'text',
    [],
    {},
    { value: 'text' },
    { value: [null, 'text'] },
  ]) {
    assert.deepEqual(toPage(body, asText), { rows: [], next: undefined, count: undefined })
  }
})

function searchOf(text: string): string | null {
  return new URLSearchParams(peoplePath({ text, department: undefined }).split('?')[1]).get(
    '$search',
  )
}

test('a search is for words of the name, or the beginning of an address', () => {
  assert.equal(
    searchOf(' ali  öb '),
    '"displayName:ali öb" OR "mail:ali öb" OR "userPrincipalName:ali öb"',
  )
  assert.equal(searchOf('  '), null)
})

test('no text ends the clause it is in, and a long one is cut', () => {
  assert.equal(searchOf('a" OR "mail:b\\'), searchOf('a OR mail:b'))
  const long = searchOf('word '.repeat(1000)) ?? ''
  assert.equal(long.match(/word/g)?.length, 18)
  assert.ok(searchOf(`${'x'.repeat(99)}😀`)?.isWellFormed())
})

test('a department with an apostrophe is a text', () => {
  const path = peoplePath({ text: '', department: "Children's" })
  assert.ok(path.includes(`%24filter=department+eq+%27Children%27%27s%27`), path)
})

test('of what a person owns, the groups with a team are marked', async () => {
  const value = [
    {
      id: '1',
      displayName: 'Design',
      groupTypes: ['Unified'],
      resourceProvisioningOptions: ['Team'],
    },
    {
      id: '2',
      displayName: null,
      mail: 'a@b.example',
      groupTypes: [],
      resourceProvisioningOptions: [],
    },
  ]
  const graph = { send: async () => Response.json({ value }) }
  const { rows } = await readGroups(graph, '/me/ownedObjects', signal)
  assert.deepEqual(
    rows.map(({ name, isTeam, isUnified }) => [name, isTeam, isUnified]),
    [
      ['Design', true, true],
      ['2', false, false],
    ],
  )
})

test('folders in folders are read level by level, in batches', async () => {
  const inFolder: Readonly<Record<string, readonly string[]>> = { a: ['c', 'd'], c: ['e'] }
  const batches: string[][] = []
  const graph = {
    send: async (method: string, path: string, options: { body?: unknown } = {}) => {
      if (method === 'GET')
        return Response.json({ value: [{ id: 'a', displayName: 'A' }, { id: 'b' }] })
      assert.equal(path, '/$batch')
      const { requests } = JSON.parse(String(options.body)) as {
        requests: { id: string; url: string }[]
      }
      const ids = requests.map(({ url }) => /contactFolders\/(\w+)\//.exec(url)?.[1] ?? '')
      batches.push(ids)
      const responses = requests.map(({ id }, index) => ({
        id,
        status: 200,
        body: { value: (inFolder[ids[index] ?? ''] ?? []).map(folder => ({ id: folder })) },
      }))
      return Response.json({ responses })
    },
  }
  const folders = await readFolders(graph, signal)
  assert.deepEqual(batches, [['a', 'b'], ['c', 'd'], ['e']])
  assert.deepEqual(
    folders.map(({ id, name, parentId }) => [id, name, parentId]),
    [
      ['a', 'A', undefined],
      ['b', 'b', undefined],
      ['c', 'c', 'a'],
      ['d', 'd', 'a'],
      ['e', 'e', 'c'],
    ],
  )
})

test('a name cannot turn or break the sentence in which it stands', () => {
  const named = (displayName: string) =>
    toPerson({ id: '7', displayName, userPrincipalName: '' }).name
  assert.equal(named('\u202eecilA\u202c'), 'ecilA')
  assert.equal(named('Alice\u0000\n\u2067Smith\u2029'), 'Alice Smith')
  assert.equal(named('\u202e\u0007'), '7')
  assert.equal(named('<img src=x onerror=alert(1)>'), '<img src=x onerror=alert(1)>')
  // Signs that scripts and pictures need stay.
  assert.equal(
    named('\u05d0\u05dc\u05d9\u05e1 \u{1f469}\u200d\u{1f52c}'),
    '\u05d0\u05dc\u05d9\u05e1 \u{1f469}\u200d\u{1f52c}',
  )
})
