/** Tests that apply only to the disk: file names, temporary files, and failures of the medium. */
import assert from 'node:assert/strict'
import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { openDiskPacks } from '../../src/storage/disk.ts'
import { maxPackBytes } from '../../src/storage/packs.ts'
import { bytesOf, describePacks, isUnavailable, keyOf, listOf } from '../suites/packs.ts'

describePacks('on disk', async () => {
  const folder = await makeFolder()
  return {
    packs: await openDiskPacks(join(folder, 'packs')),
    close: () => rm(folder, { recursive: true }),
  }
})

describe('packs on disk', () => {
  let folder: string
  before(async () => {
    folder = await makeFolder()
  })
  after(() => rm(folder, { recursive: true }))

  test('a pack is a .jpg file, two folders deep', async () => {
    const packs = await openDiskPacks(join(folder, 'names'))
    const key = 'abcdef0123456789abcdef0123456789'
    await packs.write(key, bytesOf(key, 99))
    const file = await readFile(join(folder, 'names', 'ab', 'cd', `${key}.jpg`))
    assert.deepEqual(Uint8Array.from(file), bytesOf(key, 99))
    assert.deepEqual(await readdir(join(folder, 'names', 'incoming')), [])
  })

  test('a new folder for packs is closed to other users', async () => {
    await openDiskPacks(join(folder, 'deep', 'private'))
    assert.equal((await stat(join(folder, 'deep', 'private'))).mode & 0o077, 0)
  })

  test('a symbolic link in place of a pack is not followed', async () => {
    const packs = await openDiskPacks(join(folder, 'links'))
    const [key, other] = [keyOf('a pack'), join(folder, 'somebody else')]
    await packs.write(key, bytesOf(key, 9))
    await writeFile(other, bytesOf(key, 9))
    const path = join(folder, 'links', key.slice(0, 2), key.slice(2, 4), `${key}.jpg`)
    await rm(path)
    await symlink(other, path)
    await assert.rejects(async () => packs.read(key, 0, 9), isUnavailable)
    await assert.rejects(packs.readWhole(key), isUnavailable)
  })

  test('packs remain after the folder is opened again', async () => {
    const key = keyOf('again')
    await (await openDiskPacks(join(folder, 'again'))).write(key, bytesOf(key, 10))
    const packs = await openDiskPacks(join(folder, 'again'))
    assert.equal((await packs.read(key, 0, 10))?.length, 10)
    assert.deepEqual(
      (await listOf(packs)).map(entry => entry.key),
      [key],
    )
  })

  test('a missing folder is unavailable, and available again when it is back', async () => {
    const root = join(folder, 'moved')
    const packs = await openDiskPacks(root)
    await rename(root, `${root} away`)
    await assert.rejects(packs.check(), isUnavailable)
    await rename(`${root} away`, root)
    await packs.check()
  })

  test('the temporary file of an interrupted write is a trace of the pack, and is purged with it', async () => {
    const packs = await openDiskPacks(join(folder, 'interrupted'))
    const key = keyOf('interrupted')
    await packs.write(key, bytesOf(key, 10))
    const part = join(folder, 'interrupted', 'incoming', `${key}.part`)
    await writeFile(part, 'half')
    const traces = await packs.traces(key)
    assert.equal(traces.length, 2)
    assert.ok(traces.some(trace => trace === `${part} (4 bytes)`))
    await packs.purge(key)
    assert.deepEqual(await readdir(join(folder, 'interrupted', 'incoming')), [])
    assert.deepEqual(await packs.traces(key), [])
  })

  test('a file that is longer than any pack is not read into memory', async () => {
    const packs = await openDiskPacks(join(folder, 'long'))
    const key = keyOf('long')
    await packs.write(key, bytesOf(key, 10))
    await truncate(
      join(folder, 'long', key.slice(0, 2), key.slice(2, 4), `${key}.jpg`),
      maxPackBytes + 1,
    )
    await assert.rejects(packs.readWhole(key), isUnavailable)
  })

  test('files that are not packs are not listed', async () => {
    const packs = await openDiskPacks(join(folder, 'strange'))
    await mkdir(join(folder, 'strange', 'ab', 'cd'), { recursive: true })
    await writeFile(join(folder, 'strange', 'ab', 'cd', '.DS_Store'), 'x')
    await writeFile(join(folder, 'strange', 'README'), 'x')
    assert.deepEqual(await listOf(packs), [])
  })

  test('temporary files of interrupted writes are removed only when they are old', async () => {
    const packs = await openDiskPacks(join(folder, 'left'))
    const old = join(folder, 'left', 'incoming', `${keyOf('old')}.part`)
    await writeFile(old, 'half a picture')
    await utimes(old, 1000, 1000)
    await writeFile(join(folder, 'left', 'incoming', `${keyOf('new')}.part`), 'half a picture')
    assert.equal(await packs.removeLeftovers(2_000_000), 1)
    assert.deepEqual(await readdir(join(folder, 'left', 'incoming')), [`${keyOf('new')}.part`])
    assert.deepEqual(await listOf(packs), [])
  })

  test('a write whose file cannot be renamed leaves nothing and is a storage failure', async () => {
    const packs = await openDiskPacks(join(folder, 'blocked'))
    const key = keyOf('blocked')
    await mkdir(join(folder, 'blocked', key.slice(0, 2)))
    await writeFile(join(folder, 'blocked', key.slice(0, 2), key.slice(2, 4)), 'not a folder')
    await assert.rejects(packs.write(key, bytesOf(key, 1000)), isUnavailable)
    assert.deepEqual(await readdir(join(folder, 'blocked', 'incoming')), [])
    // The failure is not cached: after the obstacle is removed, the write succeeds.
    await rm(join(folder, 'blocked', key.slice(0, 2), key.slice(2, 4)))
    await packs.write(key, bytesOf(key, 1000))
    assert.equal((await packs.read(key, 0, 1000))?.length, 1000)
  })

  test('without its folder, a write is a storage failure and a read finds nothing', async () => {
    const packs = await openDiskPacks(join(folder, 'away'))
    await rm(join(folder, 'away'), { recursive: true })
    await assert.rejects(packs.write(keyOf('away'), new Uint8Array(10)), isUnavailable)
    assert.equal(await packs.read(keyOf('away'), 0, 10), undefined)
    await assert.rejects(listOf(packs), isUnavailable)
  })

  test('a pack that is a folder, and a path through a file, are storage failures', async () => {
    const packs = await openDiskPacks(join(folder, 'odd'))
    const key = keyOf('odd')
    await mkdir(join(folder, 'odd', key.slice(0, 2), key.slice(2, 4), `${key}.jpg`), {
      recursive: true,
    })
    await assert.rejects(packs.read(key, 0, 1), isUnavailable)
    await writeFile(join(folder, 'file'), 'x')
    await assert.rejects(openDiskPacks(join(folder, 'file')), isUnavailable)
  })

  test('a folder that is not writable is refused when it is opened', async context => {
    if (process.getuid?.() === 0) return context.skip('root may write everywhere')
    await mkdir(join(folder, 'closed'))
    await chmod(join(folder, 'closed'), 0o500)
    await assert.rejects(openDiskPacks(join(folder, 'closed')), isUnavailable)
  })
})

function makeFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'visage-disk-'))
}
