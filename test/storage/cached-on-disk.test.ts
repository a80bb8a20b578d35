/** Tests of the cache folder: what is kept, what counts, what is removed, and what is wrong with a folder. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
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
import { after, before, describe, type TestContext, test } from 'node:test'
import { cachePacks } from '../../src/storage/cached.ts'
import { cachePacksOnDisk } from '../../src/storage/cached-on-disk.ts'
import { openMemoryPacks } from '../../src/storage/memory.ts'
import type { PackStore } from '../../src/storage/packs.ts'
import { bytesOf, cachedIn, describePacks, isUnavailable, keyOf } from '../suites/packs.ts'

let top: string
before(async () => {
  top = await mkdtemp(join(tmpdir(), 'visage-cache-'))
})
after(() => rm(top, { recursive: true, force: true }))

describePacks('kept in a folder', async () => ({
  packs: (await openCache(join(top, 'suite'))).packs,
  close: async () => {},
}))

describePacks('kept in memory and in a folder', async () => ({
  packs: cachePacks((await openCache(join(top, 'both'))).packs, 100_000),
  close: async () => {},
}))

const key = keyOf('kept')
const picture = bytesOf(key, 1000).slice(100, 300)
const name = `${key}-100-200`
const read = async (packs: PackStore) => Uint8Array.from((await packs.read(key, 100, 200)) ?? [])

describe('the cache folder', () => {
  test('is read instead of the store, also by another process and after a restart', async t => {
    const { folder, packs, asked, store } = await openWithPicture(t)
    for (let round = 0; round < 3; round += 1) assert.deepEqual(await read(packs), picture)
    assert.equal(asked.length, 1)
    const next = await openCache(folder, { store })
    assert.deepEqual(await read(next.packs), picture)
    assert.deepEqual(next.asked, [])
    assert.deepEqual(next.packs.folderCounts(), { hits: 1, misses: 0 })
  })

  test('is private, and holds no half-written file under the name of a picture', async t => {
    const { folder, file } = await openWithPicture(t)
    if (process.platform !== 'win32') {
      assert.equal((await stat(folder)).mode & 0o077, 0)
      assert.equal((await stat(file)).mode & 0o077, 0)
    }
    assert.deepEqual(await readdir(join(folder, 'incoming')), [])
  })

  const damages: Readonly<Record<string, (file: string) => Promise<unknown>>> = {
    'has one wrong byte': async file => {
      const content = await readFile(file)
      content[50] = (content[50] ?? 0) ^ 1
      await writeFile(file, content)
    },
    'is torn': file => truncate(file, 100),
    'is empty': file => truncate(file, 0),
    'is too long': file => writeFile(file, '\0', { flag: 'a' }),
    'is that of another picture': async file => {
      const other = file.replace('-100-200', '-101-200')
      await rename(file, other)
      await rename(other, file)
      const content = await readFile(file)
      content.write(`${key}-101-200`, 0)
      await writeFile(file, content)
    },
    'is a folder': async file => {
      await rm(file)
      await mkdir(file)
    },
    'is a symbolic link': async file => {
      await rename(file, `${file}.real`)
      await symlink(`${file}.real`, file)
    },
    'is a named pipe': async file => {
      await rm(file)
      execFileSync('mkfifo', [file])
    },
  }

  for (const [what, damage] of Object.entries(damages)) {
    const skip = process.platform === 'win32' && / pipe| link/.test(what)
    test(`does without a file that ${what}`, { skip }, async t => {
      const { packs, asked, file } = await openWithPicture(t)
      await damage(file)
      assert.deepEqual(await read(packs), picture)
      assert.equal(asked.length, 2)
    })
  }

  test('replaces a file that is damaged', async t => {
    const { packs, file } = await openWithPicture(t)
    const whole = await readFile(file)
    await truncate(file, 100)
    await read(packs)
    await until(async () => existsSync(file) && (await readFile(file)).equals(whole))
  })

  test('forgets packs that are removed, purged or forgotten, with all their ranges', async t => {
    const { packs, folder } = await openWithPicture(t)
    const names = ['removed', 'purged', 'forgotten'].map(keyOf)
    for (const each of names) {
      await packs.write(each, bytesOf(each, 1000))
      for (const length of [10, 20]) await packs.read(each, 0, length)
    }
    await until(async () => (await filesIn(folder)).length === 7)
    assert.deepEqual((await cachedIn(packs)).sort(), [key, ...names].sort())
    const [removed = '', purged = '', forgotten = ''] = names
    await packs.remove(removed)
    await packs.purge(purged)
    await packs.forget(forgotten)
    assert.deepEqual(await filesIn(folder), [name])
    assert.deepEqual(await cachedIn(packs), [key])
    assert.equal(await packs.read(removed, 0, 10), undefined)
    assert.equal((await packs.read(forgotten, 0, 10))?.length, 10)
  })

  test('does not keep a pack that is removed while it is read', async t => {
    const { packs, folder } = await openWithPicture(t)
    const gone = keyOf('gone meanwhile')
    await packs.write(gone, bytesOf(gone, 1000))
    const reading = packs.read(gone, 0, 10)
    await packs.remove(gone)
    await reading
    await packs.write(keyOf('next'), bytesOf(gone, 10))
    await packs.read(keyOf('next'), 0, 10)
    await until(async () => (await filesIn(folder)).length === 2)
    assert.deepEqual((await cachedIn(packs)).includes(gone), false)
  })

  test('takes no more of the disk than it may, whoever writes', async t => {
    const maxBytes = 400 * 4096
    const { folder, store } = await openWithPicture(t, { maxBytes, processes: 2 })
    const keys = Array.from({ length: 1000 }, (_, index) => keyOf(`many ${index}`))
    const caches = [
      await openCache(folder, { store, maxBytes, processes: 2 }),
      await openCache(folder, { store, maxBytes, processes: 2 }),
    ]
    for (const [index, each] of keys.entries()) {
      await store.write(each, bytesOf(each, 500))
      await caches[index % 2]?.packs.read(each, 0, 500)
      if (index % 10 === 0) assert.ok((await filesIn(folder)).length <= 400 + 16)
    }
    await until(async () => (await filesIn(folder)).length <= 400)
    assert.ok((await filesIn(folder)).length >= 100)
  })

  test('does not keep a range larger than a sixteenth of it', async t => {
    const { packs, folder, asked } = await openWithPicture(t, { maxBytes: 16 * 4096 })
    const large = keyOf('large')
    await packs.write(large, bytesOf(large, 10_000))
    for (const length of [4097, 4097, 4096]) await packs.read(large, 0, length)
    await until(async () => (await filesIn(folder)).includes(`${large}-0-4096`))
    assert.equal(asked.length, 4)
    assert.equal((await filesIn(folder)).length, 2)
  })

  test('loses what an interrupted write has left, and nothing else, when it is opened', async t => {
    const { folder } = await openWithPicture(t)
    const [old, young] = [keyOf('old'), keyOf('young')]
    const incoming = join(folder, 'incoming')
    for (const each of [old, young, 'notes']) await writeFile(join(incoming, each), 'x')
    for (const each of [old, 'notes']) await utimes(join(incoming, each), 0, 0)
    await openCache(folder)
    await until(() => !existsSync(join(incoming, old)))
    assert.deepEqual((await filesIn(folder)).sort(), [name, 'notes', young].sort())
  })

  test('that cannot be written to is reported once a minute, and photos come from the store', async t => {
    const { packs, folder, asked, troubles, clock } = await openWithPicture(t)
    await rm(folder, { recursive: true })
    for (let round = 0; round < 5; round += 1) {
      assert.deepEqual(await read(packs), picture)
      await until(() => troubles.length === 1)
    }
    assert.equal(asked.length, 6)
    assert.match(String(troubles[0]), /storage-unavailable: cache folder .* ENOENT/)
    clock.aheadMs = 60_000
    await read(packs)
    await until(() => troubles.length === 2)
    assert.deepEqual(await cachedIn(packs), [])
    await packs.remove(key)
  })

  test('on a full disk is left alone, and photos come from the store', async t => {
    if (!existsSync('/dev/full')) return t.skip('no /dev/full')
    const { packs, folder, troubles } = await openWithPicture(t)
    await rm(join(folder, 'incoming'), { recursive: true })
    // Every write below this name fails, as on a disk without space.
    await symlink('/dev/full', join(folder, 'incoming'))
    const other = keyOf('full')
    await packs.write(other, bytesOf(other, 100))
    for (let round = 0; round < 3; round += 1) {
      assert.equal((await packs.read(other, 0, 100))?.length, 100)
    }
    await until(() => troubles.length === 1)
    assert.deepEqual(await filesIn(folder), [name])
  })

  test('that has become too small is emptied behind the start', async t => {
    const { folder, store } = await openWithPicture(t)
    for (let index = 0; index < 300; index += 1) {
      const each = keyOf(`before ${index}`)
      await writeFile(join(folder, each.slice(0, 2), `${each}-0-10`), 'x')
    }
    const { packs } = await openCache(folder, { store, maxBytes: 100 * 4096 })
    assert.deepEqual(await read(packs), picture)
    await until(async () => (await filesIn(folder)).length <= 75)
  })

  test('that cannot be emptied is tried again by the next write, and does not outgrow its size', async t => {
    const maxBytes = 64 * 4096
    const { packs, folder, store, troubles, clock } = await openWithPicture(t, { maxBytes })
    const shard = join(folder, 'ff')
    await rm(shard, { recursive: true })
    await writeFile(shard, 'x')
    let written = 0
    const write = async () => {
      const each = `00${keyOf(`more ${written++}`).slice(2)}`
      await store.write(each, bytesOf(each, 500))
      await packs.read(each, 0, 500)
    }
    for (let minute = 1; minute <= 10; minute += 1) {
      await until(async () => {
        if (troubles.length < minute) await write()
        return troubles.length === minute
      })
      clock.aheadMs += 60_000
    }
    // Eight until it is measured for the first time, and one in each minute after that.
    assert.ok((await filesIn(folder)).length < 40)
  })

  test('from which a pack cannot be removed is reported, and the pack leaves the store', async t => {
    const { packs, store, folder, file, troubles } = await openWithPicture(t)
    await mkdir(join(folder, key.slice(0, 2), `${key}-0-10`))
    await rm(join(folder, 'ff'), { recursive: true })
    await writeFile(join(folder, 'ff'), 'x')
    assert.deepEqual(await cachedIn(packs), [key])
    await packs.remove(key)
    assert.equal(await store.read(key, 100, 200), undefined)
    assert.equal(existsSync(file), false)
    assert.equal(troubles.length, 1)
  })

  test('tells backup programs to leave it out', async t => {
    const { folder } = await openWithPicture(t)
    const tag = await readFile(join(folder, 'CACHEDIR.TAG'), 'utf8')
    assert.match(tag, /^Signature: 8a477f597d28d172789f06886806bc55\n/)
  })

  test('that holds other things is refused and not changed', async () => {
    const folder = join(top, 'home')
    await mkdir(folder, { mode: 0o755 })
    await writeFile(join(folder, 'letter'), 'x')
    for (const mode of [0o755, 0o700, 0o1777]) {
      await chmod(folder, mode)
      await assert.rejects(openCache(folder), error => {
        assert.match(String(error), /contains other things|is shared with other users/)
        return isUnavailable(error)
      })
      assert.deepEqual(await readdir(folder), ['letter'])
      if (process.platform !== 'win32') assert.equal((await stat(folder)).mode & 0o7777, mode)
    }
    await chmod(folder, 0o700)
    await rm(join(folder, 'letter'))
    await writeFile(join(folder, 'CACHEDIR.TAG'), 'Signature: 8a477f597d28d172789f06886806bc55')
    await assert.rejects(openCache(folder), /contains other things/)
  })

  test('that others may read becomes private, also behind a symbolic link', async () => {
    if (process.platform === 'win32') return
    const folder = join(top, 'open')
    await mkdir(folder)
    await chmod(folder, 0o755)
    await symlink(folder, join(top, 'link'))
    await openCache(join(top, 'link'))
    assert.equal((await stat(folder)).mode & 0o7777, 0o700)
  })

  test('can be opened by several processes at the same time', async () => {
    const folder = join(top, 'together')
    await Promise.all(Array.from({ length: 8 }, () => openCache(folder)))
    assert.deepEqual(
      (await readdir(folder)).filter(each => each.startsWith('CACHEDIR')),
      ['CACHEDIR.TAG'],
    )
  })

  test('that is a file, or may not be used, is refused when it is opened', async () => {
    const path = join(top, 'a file')
    await writeFile(path, 'x')
    for (const wrong of [path, join(path, 'below')]) {
      await assert.rejects(openCache(wrong), error => {
        assert.match(String(error), /a file/)
        return isUnavailable(error)
      })
    }
  })
})

type Options = Readonly<{
  store?: PackStore
  maxBytes?: number
  processes?: number
}>

async function openCache(path: string, options: Options = {}) {
  const { store = openMemoryPacks(Date.now), maxBytes = 1_000_000_000, processes = 1 } = options
  const asked: string[] = []
  const troubles: unknown[] = []
  const clock = { aheadMs: 0 }
  const counting: PackStore = {
    ...store,
    async read(...range) {
      asked.push(range.join(' '))
      return await store.read(...range)
    },
  }
  const packs = await cachePacksOnDisk(
    counting,
    { path, maxBytes, processes },
    { now: () => Date.now() + clock.aheadMs, troubled: error => void troubles.push(error) },
  )
  return { packs, store, asked, troubles, clock }
}

/** One picture has been read, and is in the folder. */
async function openWithPicture(t: TestContext, options: Options = {}) {
  const folder = await mkdtemp(join(top, 'cache-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const opened = await openCache(folder, options)
  await opened.packs.write(key, bytesOf(key, 1000))
  await read(opened.packs)
  const file = join(folder, key.slice(0, 2), name)
  await until(() => existsSync(file))
  return { ...opened, folder, file }
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const names = entries.filter(entry => entry.isFile()).map(entry => entry.name)
  return names.filter(each => each !== 'CACHEDIR.TAG')
}

async function until(holds: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await holds())) await new Promise(resolve => setTimeout(resolve, 5))
}
