/** Which of many files is whose photo. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { findPeople } from '../../web/src/graph/find-people.ts'
import { Problem } from '../../web/src/graph/problem.ts'
import { nameIn, planFiles } from '../../web/src/photo/many/plan-files.ts'

const person = (id: string) => ({
  id,
  name: id,
  userPrincipalName: `${id}@a.example`,
  title: undefined,
})
const [alice, bob] = [person('alice'), person('bob')]

test('the name of a file is that of a person without its ending, however its letters are written', () => {
  assert.equal(nameIn('alice@visage.example.JPG'), 'alice@visage.example')
  assert.equal(nameIn('Zoe\u0308 Smith.jpeg'), 'Zo\u00eb Smith')
  assert.equal(nameIn('.jpg'), '')
  assert.equal(nameIn('4711'), '4711')
})

describe('of many files', () => {
  const files = ['alice', 'nobody', 'smith', 'bob', 'bob again'].map(name => ({ name }))
  const plan = planFiles(files, [[alice], [], [alice, bob], [bob], [bob]])
  const kinds = plan.map(({ match }) => match.kind)

  test('one that fits one person is theirs', () => assert.equal(kinds[0], 'one'))
  test('one that fits nobody is nobody’s', () => assert.equal(kinds[1], 'nobody'))
  test('one that fits several people is not chosen', () => assert.equal(kinds[2], 'several'))
  test('two for one person are not chosen', () =>
    assert.deepEqual(kinds.slice(3), ['twice', 'twice']))
})

type Requested = Readonly<{ id: string; url: string }>

function serverOf(answer: (filter: string) => Readonly<{ status: number; body: unknown }>) {
  const batches: number[] = []
  const send = async (_method: string, _path: string, options: { body?: unknown } = {}) => {
    const { requests } = JSON.parse(String(options.body)) as { requests: Requested[] }
    batches.push(requests.length)
    const filterOf = ({ url }: Requested) =>
      new URL(url, 'http://server').searchParams.get('$filter') ?? ''
    return Response.json({
      responses: requests.map(one => ({ id: one.id, ...answer(filterOf(one)) })),
    })
  }
  return { graph: { send }, batches }
}

const { signal } = new AbortController()

test('people are looked for by every property that names one, twenty names in a request', async () => {
  const { graph, batches } = serverOf(filter => ({
    status: 200,
    body: { value: filter.includes("displayName eq 'O''Neill 7'") ? [{ id: '7' }] : [] },
  }))
  const names = Array.from({ length: 41 }, (_, number) => `O'Neill ${number}`)
  const found = await findPeople(graph, names, signal)
  assert.deepEqual(batches, [20, 20, 1])
  assert.deepEqual(
    found.flatMap((people, index) => people.map(({ id }) => [index, id])),
    [[7, '7']],
  )
})

test('a name that cannot be compared is nobody’s; a server that refuses the caller is told', async () => {
  const odd = serverOf(() => ({ status: 400, body: { error: { code: 'BadRequest' } } }))
  assert.deepEqual(await findPeople(odd.graph, ['x'], signal), [[]])
  const closed = serverOf(() => ({ status: 403, body: {} }))
  await assert.rejects(findPeople(closed.graph, ['x'], signal), Problem)
})
