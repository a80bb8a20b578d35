/** `visage push` when much goes wrong: a fifth of the requests fails, and its process is killed again and again. */
import assert from 'node:assert/strict'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { readJournal } from '../../src/push/journal-folder.ts'
import { startVisage } from '../../src/visage.ts'
import { inFolder, launchVisage, runVisage } from '../support/visage.ts'
import { addPeople, addPhotos, watchWrites } from './many-people.ts'
import { openStand } from './stand.ts'

test('500 photos arrive at a server where a fifth of the requests fails, each verified, none twice', async () => {
  const photo = 'users/*/photo/$value'
  const faults = [
    `429 on PUT ${photo} for 5% seed 1`,
    `503 on PUT ${photo} for 5% seed 2`,
    `500 on PUT ${photo} for 3% seed 3`,
    `cut on PUT ${photo} for 3% seed 4`,
    `cut answer on PUT ${photo} for 4% seed 5`,
    `429 on GET ${photo} for 10% seed 6`,
    `cut answer on GET ${photo} for 10% seed 7`,
  ]
  await using visage = await startVisage({ photos: 'none', faults })
  await addPeople(visage, 500)
  await using stand = await openStand(visage.url, await visage.token({ app: true }))
  await addPhotos(stand.photos, 500)
  const writes = watchWrites(visage)
  let isDone = false
  const watching = (async () => {
    while (!isDone) {
      writes.look()
      await delay(5)
    }
  })()
  const { code, stdout, stderr } = await stand.push()
  isDone = true
  await watching
  writes.look()
  assert.equal(code, 0, stderr)
  assert.match(stdout, /500 photos set.*\nVerified: 500\./)
  assert.equal(writes.arrived.size, 500)
  assert.deepEqual(
    [...writes.arrived.values()].filter(times => times > 1),
    [],
  )
})

const photos = 100
const kills = 20
/** Each of the 21 starts prepares all photos. */
const slowly = { timeout: 900_000 }

test(
  'a run that is killed twenty times ends with every photo, and none sent twice',
  slowly,
  async () => {
    await using visage = await startVisage({ photos: 'none' })
    await addPeople(visage, photos)
    await inFolder(async folder => {
      await mkdir(join(folder, 'photos'))
      await addPhotos(join(folder, 'photos'), photos)
      await writeFile(join(folder, 'token'), await visage.token({ app: true }))
      const args = ['push', 'photos', '--to', visage.url, '--token-file', 'token', '--yes']
      const writes = watchWrites(visage)
      for (let kill = 1; kill <= kills; kill++) {
        const running = launchVisage(args, { cwd: folder })
        let hasEnded = false
        void running.ended.then(() => {
          hasEnded = true
        })
        const enough = (photos / (kills + 1)) * kill
        while (writes.look() < enough && !hasEnded) await delay(5)
        running.send('SIGKILL')
        await running.ended
      }
      const { code, stdout, stderr } = await runVisage(args, { cwd: folder })
      assert.equal(code, 0, stderr)
      writes.look()
      assert.equal(writes.arrived.size, photos)
      assert.deepEqual(
        [...writes.arrived.values()].filter(times => times > 1),
        [],
      )
      assert.match(stdout, /Continues/)
      const journals = (await readdir(folder)).filter(name => name.startsWith('visage-push-'))
      assert.equal(journals.length, 1)
      const { done, pending, isFinished } = await readJournal(join(folder, journals[0] ?? ''))
      assert.ok(isFinished)
      assert.equal(pending.size, 0)
      assert.equal([...done.values()].filter(({ result }) => result === 'set').length, photos)
    })
  },
)
