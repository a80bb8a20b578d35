/** `visage push` against what Visage never does: other ETags or none, no photo as a GIF, no effect, lateness, small copies. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { dHash, distance, portraitJpeg } from '../support/pictures.ts'
import { type FakeGraph, type Habits, startFakeGraph } from './fake-graph.ts'
import { openStand, type Stand } from './stand.ts'

const people = Array.from({ length: 6 }, (_, at) => ({
  id: `id-${at}`,
  userPrincipalName: `p${at}@example.org`,
  displayName: `Person ${at}`,
}))

async function withFake(
  habits: Habits,
  work: (stand: Stand, graph: FakeGraph) => Promise<void>,
): Promise<void> {
  await using graph = await startFakeGraph(people, habits)
  await using stand = await openStand(graph.root, 'opaque')
  for (const at of people.keys()) await stand.add(`p${at}@example.org.jpg`, await portrait(at))
  await work(stand, graph)
}

const portrait = (seed: number) => portraitJpeg({ width: 240, height: 240, seed: seed + 20 })
const writesOf = ({ requests }: FakeGraph) => requests.filter(one => one.startsWith('PUT')).length

describe('a Graph', () => {
  const harmless: Readonly<Record<string, Habits>> = {
    'without any ETag': { etag: 'none' },
    'with the ETag in the metadata': { etag: 'in metadata' },
    'whose none is an empty answer': { none: '204' },
    'whose none is a GIF of one pixel': { none: 'gif' },
    'that makes copies of 64 x 64': { side: 64 },
    'that lists two people on a page': { pageLength: 2 },
  }
  for (const [what, habits] of Object.entries(harmless)) {
    test(`${what} gets every photo, verified by its look`, () =>
      withFake(habits, async (stand, graph) => {
        const { code, stdout, stderr } = await stand.push()
        assert.equal(code, 0, stderr)
        assert.match(stdout, /new +6[\s\S]*6 photos set.*\nVerified: 6\./)
        for (const [at, { id }] of people.entries()) {
          const photo = graph.photos.get(id)?.photo
          assert.ok(photo && distance(await dHash(photo), await dHash(await portrait(at))) <= 10)
        }
      }))
  }

  test('with an ETag in the metadata gets nothing again in a second run', () =>
    withFake({ etag: 'in metadata' }, async (stand, graph) => {
      await stand.push()
      assert.match((await stand.push()).stdout, /unchanged +6/)
      assert.equal(writesOf(graph), 6)
    }))

  test('that is late is waited for', () =>
    withFake({ lateReads: 2 }, async (stand, graph) => {
      const { code, stdout } = await stand.push()
      assert.equal(code, 0)
      assert.match(stdout, /Verified: 6\./)
      assert.equal(writesOf(graph), 6)
      assert.ok(stand.clock.waited() <= 30_000)
    }))

  test('that answers 200 without effect is not believed, and that is no failure', () =>
    withFake({ write: 'has no effect' }, async (stand, graph) => {
      const { code, stdout } = await stand.push()
      assert.equal(code, 0)
      assert.match(stdout, /Verified: 0\. Accepted, not yet visible: 6\./)
      assert.equal(writesOf(graph), 6)
      assert.ok(stand.clock.waited() >= 30_000)
    }))

  test('that refuses writes is asked once', () =>
    withFake({ write: 'is 403' }, async (stand, graph) => {
      const { code, stderr } = await stand.push()
      assert.equal(code, 4)
      assert.match(stderr, /request fake-request/)
      assert.equal(writesOf(graph), 1)
    }))

  test('gets its former photos back by undo, and by the look of them where there is no ETag', () =>
    withFake({ etag: 'none' }, async (stand, graph) => {
      const theirs = await portraitJpeg({ width: 648, height: 648, seed: 90 })
      graph.set('id-0', theirs)
      await stand.push()
      const newer = await portraitJpeg({ width: 648, height: 648, seed: 91 })
      graph.set('id-1', newer)
      const [journal = ''] = await stand.journals()
      const { stdout } = await stand.undo(journal)
      assert.match(stdout, /1 {2}put back\n +4 {2}removed\n +1 {2}stay/)
      const [first, second] = ['id-0', 'id-1'].map(id => graph.photos.get(id)?.photo)
      assert.ok(first && distance(await dHash(first), await dHash(theirs)) <= 6)
      assert.deepEqual(second, newer)
    }))

  test('that names another server for its next page does not get the token there', () =>
    withFake({ pageLength: 2, nextRoot: 'http://127.0.0.1:9' }, async stand => {
      const { code, stderr } = await stand.push()
      assert.equal(code, 4)
      assert.match(stderr, /another place/)
    }))
})
