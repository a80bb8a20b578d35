/** Faults that are switched on and off while `visage dev` runs. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Choices } from '../../src/dev/choices-endpoint.ts'
import { mostFaults } from '../../src/dev/faults-endpoint.ts'
import { startVisage, type Visage } from '../../src/visage.ts'

type Answer = Readonly<{ faults: readonly string[]; error_description: string }>

async function ask(visage: Visage, method: string, body?: unknown, headers = {}) {
  const answer = await fetch(`${visage.url}/_visage/faults`, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  return { status: answer.status, ...((await answer.json()) as Answer) }
}

async function me(visage: Visage): Promise<number> {
  const token = await visage.token({ user: 'alice' })
  const answer = await fetch(`${visage.baseUrl}/me`, {
    headers: { authorization: `Bearer ${token}` },
  })
  return answer.status
}

test('a fault is switched on and off, and the next call meets it or not', async () => {
  await using visage = await startVisage({ photos: 'none' })
  assert.equal(await me(visage), 200)
  const on = await ask(visage, 'POST', { fault: '503 on GET me' })
  assert.deepEqual([on.status, on.faults], [200, ['503 on GET me']])
  assert.equal(await me(visage), 503)
  assert.deepEqual((await ask(visage, 'GET')).faults, ['503 on GET me'])
  assert.deepEqual((await ask(visage, 'DELETE')).faults, [])
  assert.equal(await me(visage), 200)
})

test('a list replaces the faults, also those of the start; one that stays keeps its count', async () => {
  const first = '503 on GET me first 1'
  await using visage = await startVisage({ photos: 'none', faults: [first, '500 on GET groups'] })
  assert.equal(await me(visage), 503)
  const { faults } = await ask(visage, 'PUT', { faults: [first, '418 on GET users', first] })
  assert.deepEqual(faults, [first, '418 on GET users'])
  assert.equal(await me(visage), 200)
  await visage.reset()
  assert.equal(await me(visage), 503)
})

test('a photo is visible late as soon as the fault is on, and at once when it is off', async () => {
  await using visage = await startVisage({ photos: 'none' })
  const headers = { authorization: `Bearer ${await visage.token({ user: 'alice' })}` }
  const place = `${visage.baseUrl}/me/photo/$value`
  const put = async (seed: string) => {
    const answer = await fetch(place, { method: 'PUT', headers, body: await visage.picture(seed) })
    assert.equal(answer.status, 200)
  }
  const etag = async () => {
    const answer = await fetch(place, { headers })
    assert.equal(answer.status, 200)
    await answer.arrayBuffer()
    return answer.headers.get('etag')
  }
  await put('one')
  const before = await etag()
  await ask(visage, 'PUT', { faults: ['visible after 10min on PUT me/photo/$value'] })
  await put('two')
  assert.equal(await etag(), before)
  await ask(visage, 'DELETE')
  assert.notEqual(await etag(), before)
})

const wrong: Readonly<Record<string, readonly [method: string, body: unknown, status: number]>> = {
  'a sentence that cannot be read': ['POST', { fault: 'nonsense' }, 400],
  'an address that does not exist': ['POST', { fault: '503 on GET moon' }, 400],
  'no sentence': ['POST', {}, 400],
  'a sentence that is no text': ['PUT', { faults: [5] }, 400],
  'no list': ['PUT', { faults: '503 on GET me' }, 400],
  'too long a sentence': ['POST', { fault: `503 on GET me${' '.repeat(500)}` }, 400],
  'too many sentences': [
    'PUT',
    { faults: Array.from({ length: mostFaults + 1 }, (_, at) => `503 on GET me first ${at + 1}`) },
    400,
  ],
  'no JSON': ['PUT', '{', 400],
  'another method': ['PATCH', { faults: [] }, 405],
  'a large body': ['PUT', { faults: ['x'.repeat(70_000)] }, 413],
}
for (const [what, [method, body, status]] of Object.entries(wrong)) {
  test(`faults with ${what} are refused, and those that are on stay`, async () => {
    await using visage = await startVisage({ photos: 'none', faults: ['418 on GET me'] })
    const refused = await ask(visage, method, body)
    assert.equal(refused.status, status)
    assert.match(refused.error_description, /\w+/)
    assert.deepEqual((await ask(visage, 'GET')).faults, ['418 on GET me'])
    assert.equal(await me(visage), 418)
  })
}

test('faults are taken as JSON only, so that no form of another page can set them', async () => {
  await using visage = await startVisage({ photos: 'none' })
  const refused = await ask(visage, 'PUT', { faults: [] }, { 'content-type': 'text/plain' })
  assert.equal(refused.status, 415)
})

test('what a token can be ordered with is told', async () => {
  await using visage = await startVisage({ photos: 'none' })
  const answer = await fetch(`${visage.url}/_visage/choices`)
  const { people, permissions, adminRoles } = (await answer.json()) as Choices
  const [alice] = people
  assert.equal(alice?.user, 'alice')
  assert.ok(people.some(one => one.adminRoles.length > 0))
  assert.ok(permissions.delegated.includes('User.ReadWrite'))
  assert.ok(!permissions.application.includes('User.ReadWrite'))
  assert.ok(adminRoles.some(({ name }) => name === 'User Administrator'))
})
