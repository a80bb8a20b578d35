/** `visage pull`: all photos into a folder, and the second time only what has changed. */
import assert from 'node:assert/strict'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import sharp from 'sharp'
import { safeName } from '../../src/push/safe-name.ts'
import { startVisage, type Visage } from '../../src/visage.ts'
import { portraitJpeg } from '../support/pictures.ts'
import { startFakeGraph } from './fake-graph.ts'
import { openStand, type Stand } from './stand.ts'

async function withPhotos(
  work: (stand: Stand, visage: Visage, into: string) => Promise<void>,
): Promise<void> {
  await using visage = await startVisage({ photos: 'none' })
  await using stand = await openStand(visage.url, await visage.token({ app: true }))
  for (const name of ['alice', 'bob', 'siyuan']) await setPhoto(visage, name, name)
  await work(stand, visage, join(stand.folder, 'pulled'))
}

async function setPhoto(visage: Visage, name: string, seed: string): Promise<void> {
  const answer = await fetch(`${visage.baseUrl}/users/${name}@visage.example/photo/$value`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${await visage.token({ app: true })}` },
    body: await visage.picture(seed),
  })
  assert.equal(answer.status, 200)
}

const photosIn = async (folder: string) =>
  (await readdir(folder)).filter(name => name.endsWith('.jpg')).sort()

describe('visage pull', () => {
  test('writes every photo under the name of its person', () =>
    withPhotos(async (stand, _, into) => {
      const { code, stdout, stderr } = await stand.pull(into)
      assert.equal(code, 0, stderr)
      assert.match(stdout, /3 photos written, 0 unchanged/)
      const names = ['alice', 'bob', 'siyuan'].map(name => `${name}@visage.example.jpg`)
      assert.deepEqual(await photosIn(into), names)
      for (const name of names) {
        assert.equal((await sharp(await readFile(join(into, name))).metadata()).width, 648)
      }
    }))

  test('reads no photo again that is unchanged, and those that are changed or gone from the folder', () =>
    withPhotos(async (stand, visage, into) => {
      await stand.pull(into)
      const second = await stand.pull(into)
      assert.match(second.stdout, /0 photos written, 3 unchanged/)
      const conditional = visage.requests().filter(({ status }) => status === 304)
      assert.equal(conditional.length, 3)
      await setPhoto(visage, 'alice', 'another')
      await rm(join(into, 'bob@visage.example.jpg'))
      assert.match((await stand.pull(into)).stdout, /2 photos written, 1 unchanged/)
    }))

  test('goes on after a crash in its manifest', () =>
    withPhotos(async (stand, _, into) => {
      await stand.pull(into)
      const path = join(into, 'visage-pull.jsonl')
      const text = await readFile(path, 'utf8')
      await writeFile(path, text.slice(0, -20))
      assert.match((await stand.pull(into)).stdout, /1 photo written, 2 unchanged/)
      assert.match((await stand.pull(into)).stdout, /0 photos written, 3 unchanged/)
    }))

  test('takes another size, and names by a pattern', () =>
    withPhotos(async (stand, _, into) => {
      await stand.pull(into)
      const { stdout } = await stand.pull(into, { size: '96x96', name: '{surname}, {givenName}' })
      assert.match(stdout, /3 photos written/)
      const bob = await readFile(join(into, 'Adeyemi, Bob.jpg'))
      assert.equal((await sharp(bob).metadata()).width, 96)
    }))

  test('can be pushed to another server', () =>
    withPhotos(async (stand, visage) => {
      await stand.pull(stand.photos)
      await using other = await startVisage({ photos: 'none' })
      await using second = await openStand(other.url, await other.token({ app: true }))
      for (const name of await photosIn(stand.photos)) {
        await second.add(name, await readFile(join(stand.photos, name)))
      }
      assert.match((await second.push()).stdout, /3 photos set/)
      assert.ok(visage.requests().length > 0)
    }))

  test('ends with 4 where photos may not be read', async () => {
    await using visage = await startVisage({ photos: 'none' })
    await using stand = await openStand(
      visage.url,
      await visage.token({ scopes: ['User.ReadBasic.All'] }),
    )
    const { code } = await stand.pull(join(stand.folder, 'x'), { kind: 'groups' })
    assert.equal(code, 4)
  })

  test('gives two people of one name two files, and follows no name out of the folder', async () => {
    const people = ['../../etc/x', 'Kim', 'kim', 'CON', '陈'.repeat(200)].map((name, at) => {
      return { id: `id-${at}`, userPrincipalName: `p${at}`, displayName: name }
    })
    await using graph = await startFakeGraph(people, { etag: 'in metadata' })
    await using stand = await openStand(graph.root, 'opaque')
    for (const { id } of people) graph.set(id, await portraitJpeg({ width: 64, height: 64 }))
    const into = join(stand.folder, 'deep', 'pulled')
    await mkdir(into, { recursive: true })
    const { code, stdout, stderr } = await stand.pull(into, { name: 'displayName', concurrency: 1 })
    assert.equal(code, 0, stderr)
    assert.match(stdout, /5 photos written/)
    const names = await photosIn(into)
    assert.equal(names.length, 5)
    assert.ok(
      names.includes('Kim.jpg') && names.includes('kim id-2.jpg') && names.includes('_CON.jpg'),
    )
    assert.match(
      (await stand.pull(into, { name: 'displayName' })).stdout,
      /0 photos written, 5 unchanged/,
    )
  })

  const names: readonly (readonly [string, string])[] = [
    ['', '_'],
    ['..', '_'],
    ['.hidden', '_hidden'],
    ['a/b\\c:d', 'a_b_c_d'],
    ['nul.txt', '_nul.txt'],
    ['end. ', 'end'],
    ['a\u{202e}gpj', 'a_gpj'],
  ]
  for (const [text, name] of names) {
    test(`calls the file of '${text}' '${name}'`, () => assert.equal(safeName(text), name))
  }
})
