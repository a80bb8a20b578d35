/** Demo photos are drawn once: a stored one is used again, and one that cannot be stored is drawn again. */
import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { type Drawn, drawnFolders, readOrDraw } from '../../../src/dev/demo/drawn.ts'
import { startDevelopment } from '../../../src/dev/development.ts'

describe('a photo that was drawn', () => {
  let root: string
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'visage-test-'))
  })
  afterEach(() => rm(root, { recursive: true }))

  /** Counts how often it is called. */
  const draftsman = () => {
    const work = { done: 0 }
    const draw = async (): Promise<Drawn> => {
      work.done += 1
      return {
        picture: Uint8Array.of(10, 1, work.done),
        pack: Uint8Array.of(10, 2, 10),
        renditions: [{ width: 48, height: 48, offset: 0, length: 3 }],
      }
    }
    return { work, draw }
  }

  test('is read again byte for byte, by its name', async () => {
    const { work, draw } = draftsman()
    const folders = [join(root, 'kept')]
    const first = await readOrDraw(folders, 'alice', draw)
    assert.deepEqual(await readOrDraw(folders, 'alice', draw), first)
    assert.equal(work.done, 1)
    assert.notDeepEqual(await readOrDraw(folders, 'bob', draw), first)
    assert.equal((await readdir(join(root, 'kept'))).length, 2)
  })

  test('is kept in the next folder where the first cannot be, and nowhere if none can', async () => {
    const { work, draw } = draftsman()
    await writeFile(join(root, 'file'), '')
    const impossible = join(root, 'file', 'kept')
    for (let time = 0; time < 2; time++) {
      await readOrDraw([impossible, join(root, 'kept')], 'alice', draw)
    }
    assert.equal(work.done, 1)
    for (let time = 0; time < 2; time++) await readOrDraw([impossible], 'alice', draw)
    assert.equal(work.done, 3)
  })

  test('is drawn again when the file was cut short or changed', async () => {
    const { work, draw } = draftsman()
    const folders = [join(root, 'kept')]
    const spoil = [
      (file: string) => truncate(file, 20),
      (file: string) => writeFile(file, ''),
      async (file: string) => {
        const bytes = await readFile(file)
        bytes[bytes.length - 2] = 99
        await writeFile(file, bytes)
      },
    ]
    await readOrDraw(folders, 'alice', draw)
    const [file = ''] = await readdir(join(root, 'kept'))
    for (const change of spoil) {
      await change(join(root, 'kept', file))
      const before = work.done
      await readOrDraw(folders, 'alice', draw)
      assert.equal(work.done, before + 1)
    }
  })

  test('of a version that was not used for a month is removed when a new one is drawn', async () => {
    const { draw } = draftsman()
    await readOrDraw([join(root, 'demo-old')], 'alice', draw)
    const longAgo = new Date(Date.now() - 40 * 86_400_000)
    await utimes(join(root, 'demo-old'), longAgo, longAgo)
    await readOrDraw([join(root, 'demo-new')], 'alice', draw)
    assert.deepEqual(await readdir(root), ['demo-new'])
  })

  test('has a name that depends on the sources that draw it', async () => {
    const folders = await drawnFolders()
    assert.equal(folders.length, 2)
    assert.deepEqual(await drawnFolders(), folders)
    assert.match(folders[0] ?? '', /node_modules.\.cache.visage.demo-[\da-f]{16}$/)
  })

  test('is used by the second start of visage dev, for all people', async () => {
    const start = async () => {
      const { parts, photosReady, close } = await startDevelopment({
        host: '127.0.0.1',
        port: 0,
        data: undefined,
        strictContentType: false,
        drawn: [join(root, 'kept')],
        write: () => {},
      })
      await photosReady
      const rows = await parts.database
        .selectFrom('photos')
        .selectAll()
        .orderBy('owner_id')
        .execute()
      await close()
      return rows.map(({ owner_id, pack_hash, upload_hash }) => ({
        owner_id,
        pack_hash,
        upload_hash,
      }))
    }
    const times = async () =>
      await Promise.all(
        (await readdir(join(root, 'kept'))).map(
          async name => (await stat(join(root, 'kept', name))).mtimeMs,
        ),
      )
    const first = await start()
    const drawnAt = await times()
    assert.equal(drawnAt.length, first.length)
    assert.deepEqual(await start(), first)
    assert.deepEqual(await times(), drawnAt)
  })
})
