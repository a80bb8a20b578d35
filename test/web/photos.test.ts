/** Photos, as the page reads, sets and removes them, at a real server; and what it says when the server refuses. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { startVisage, type Visage } from '../../src/visage.ts'
import { createGraph, type Graph } from '../../web/src/graph/graph.ts'
import {
  type Owner,
  readPhoto,
  readPicture,
  removePhoto,
  replacePhoto,
} from '../../web/src/graph/photos.ts'
import { Problem } from '../../web/src/graph/problem.ts'
import { en } from '../../web/src/words/en.ts'
import { explainProblem, requestIdOf } from '../../web/src/words/explain-problem.ts'
import { zh } from '../../web/src/words/zh.ts'
import { hugePng, portraitJpeg } from '../support/pictures.ts'

const scopes = ['User.Read', 'User.ReadWrite', 'Contacts.ReadWrite', 'Group.ReadWrite.All']
const me: Owner = { path: '/me', permissions: [] }

const jpegOf = async (side: number, seed = 1) =>
  new Blob([new Uint8Array(await portraitJpeg({ width: side, height: side, seed }))], {
    type: 'image/jpeg',
  })

describe('photos at a real server', () => {
  let visage: Visage
  before(async () => {
    visage = await startVisage({
      faults: [
        '429 retry after 7s on GET users/*/photo/$value first 1',
        '503 retry after 5s on PUT groups/*/photo/$value first 1',
      ],
    })
  })
  after(async () => await visage.close())

  const waited: number[] = []
  async function graphOf(user: string, granted = scopes): Promise<Graph> {
    const token = await visage.token({ user, scopes: granted })
    return createGraph({
      base: visage.url,
      fetch,
      tokenFor: async () => token,
      waitWhileBusy: async seconds => void waited.push(seconds),
    })
  }

  /** What a person reads, in both languages; the request id of the server is always there. */
  async function toldBy(work: Promise<unknown>) {
    const problem = await work.then(
      () => assert.fail('nothing was refused'),
      (error: unknown) => error,
    )
    assert.ok(problem instanceof Problem, String(problem))
    assert.match(requestIdOf(problem) ?? '', /^[\da-f-]{36}$/)
    return { kind: problem.kind, en: explainProblem(en, problem), zh: explainProblem(zh, problem) }
  }

  test('are set, read, replaced and removed', async () => {
    const graph = await graphOf('zofia')
    assert.equal(await readPhoto(graph, me), undefined)
    await replacePhoto(graph, me, await jpegOf(700), undefined)
    const first = await readPhoto(graph, me)
    assert.deepEqual([first?.width, first?.height], [648, 648])
    const small = await readPicture(graph, me, 96)
    const whole = await readPicture(graph, me)
    assert.equal(small?.type, 'image/jpeg')
    assert.ok(small && whole && small.size < whole.size)
    await replacePhoto(graph, me, await jpegOf(300, 2), first?.etag)
    const second = await readPhoto(graph, me)
    assert.notEqual(second?.etag, first?.etag)
    await removePhoto(graph, me, second?.etag ?? '')
    assert.equal(await readPhoto(graph, me), undefined)
    assert.equal(await readPicture(graph, me), undefined)
  })

  test('of a contact are removed, too', async () => {
    const graph = await graphOf('alice')
    const response = await graph.send('GET', '/me/contacts?$select=id&$top=1')
    const { value } = (await response.json()) as { value: readonly { id: string }[] }
    const contact: Owner = { path: `/me/contacts/${value[0]?.id}`, permissions: [] }
    const former = await readPhoto(graph, contact)
    await replacePhoto(graph, contact, await jpegOf(120), former?.etag)
    const photo = await readPhoto(graph, contact)
    assert.ok(photo && (await readPicture(graph, contact, 48)))
    await removePhoto(graph, contact, photo.etag)
    assert.equal(await readPhoto(graph, contact), undefined)
  })

  test('that someone else has changed are not overwritten', async () => {
    const graph = await graphOf('bob')
    const seen = await readPhoto(graph, me)
    await replacePhoto(graph, me, await jpegOf(240), seen?.etag)
    for (const work of [
      async () => replacePhoto(graph, me, await jpegOf(240), seen?.etag),
      async () => replacePhoto(graph, me, await jpegOf(240), undefined),
      async () => removePhoto(graph, me, seen?.etag ?? '"none"'),
    ]) {
      const told = await toldBy(work())
      assert.deepEqual([told.kind, told.en], ['changed', en.problems.changed])
    }
  })

  const refused = [
    {
      name: 'that are too small',
      body: () => jpegOf(40),
      sentence: en.problems.tooSmall,
    },
    {
      name: 'that are too large in bytes',
      body: async () => new Blob([new Uint8Array(4 * 1024 * 1024 + 1)]),
      sentence: en.problems.tooLarge,
    },
    {
      name: 'with too many pixels',
      body: async () => new Blob([new Uint8Array(hugePng())]),
      sentence: en.problems.tooLarge,
    },
    {
      name: 'that are damaged',
      body: async () => (await jpegOf(240)).slice(0, 900),
      sentence: en.problems.unreadable,
    },
  ]
  for (const { name, body, sentence } of refused) {
    test(`${name} are refused with a sentence of the page`, async () => {
      const graph = await graphOf('bob')
      const photo = await readPhoto(graph, me)
      const told = await toldBy(replacePhoto(graph, me, await body(), photo?.etag))
      assert.deepEqual([told.kind, told.en], ['refused', sentence])
      assert.match(told.zh, /\p{Script=Han}/u)
    })
  }

  test('of another kind are refused in the words of the server', async () => {
    const graph = await graphOf('bob')
    const photo = await readPhoto(graph, me)
    const text = new Blob(['<svg xmlns="http://www.w3.org/2000/svg"/>'])
    const told = await toldBy(replacePhoto(graph, me, text, photo?.etag))
    assert.match(told.en, /^Visage did not accept this: The file you chose isn't a picture/)
  })

  test('may be looked at without the permission to change them, which is named', async () => {
    const graph = await graphOf('alice', ['User.Read'])
    const told = await toldBy(replacePhoto(graph, me, await jpegOf(240), '"x"'))
    assert.equal(told.kind, 'forbidden')
    assert.match(told.en, /^You may look, not change\. Needed: .*User\.ReadWrite/)
    assert.match(told.zh, /User\.ReadWrite/)
  })

  test('are read again by themselves where the server is busy', async () => {
    const graph = await graphOf('alice', ['User.ReadBasic.All'])
    const bob: Owner = { path: '/users/bob@visage.example', permissions: [] }
    assert.ok(await readPicture(graph, bob))
    assert.deepEqual(waited, [7])
  })

  test('are not sent again by themselves, and the person reads when to try', async () => {
    const graph = await graphOf('alice')
    const response = await graph.send('GET', '/me/ownedObjects/microsoft.graph.group?$top=1')
    const { value } = (await response.json()) as { value: readonly { id: string }[] }
    const group: Owner = { path: `/groups/${value[0]?.id}`, permissions: [] }
    const photo = await readPhoto(graph, group)
    const told = await toldBy(replacePhoto(graph, group, await jpegOf(240), photo?.etag))
    assert.deepEqual([told.kind, told.en], ['busy', 'Busy. Try again in 5 s.'])
    await replacePhoto(graph, group, await jpegOf(240), photo?.etag)
  })

  test('of nobody who is signed in are not shown', async () => {
    const graph = createGraph({ base: visage.url, fetch, tokenFor: async () => 'not.a.token' })
    assert.equal((await toldBy(readPhoto(graph, me))).kind, 'signed-out')
  })

  test('of a server that is away are a matter of the network', async () => {
    const graph = createGraph({
      base: 'http://127.0.0.1:1',
      fetch,
      tokenFor: async () => 'token',
    })
    const problem = await readPhoto(graph, me).catch((error: unknown) => error)
    assert.ok(problem instanceof Problem && problem.kind === 'offline')
    assert.equal(explainProblem(zh, problem), zh.problems.offline)
  })
})
