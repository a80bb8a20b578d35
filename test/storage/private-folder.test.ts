/**
 * Nobody else on the machine may look into a data folder: modes, for tests run as root too, and root may
 * look into everything.
 */
import assert from 'node:assert/strict'
import { chmod, lstat, mkdir, mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { Failure } from '../../src/failure.ts'
import { openStores } from '../../src/serving/stores.ts'
import { backUp } from '../../src/upkeep/backup.ts'

const skip = process.platform === 'win32' && 'not run: Windows has no such modes'

describe('the data folder', { skip }, () => {
  let root: string
  let data: string
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'visage-test-'))
    data = join(root, 'data')
  })
  afterEach(() => rm(root, { recursive: true }))

  const modeOf = async (...path: string[]) => (await stat(join(data, ...path))).mode & 0o7777
  /** With rows written, so that the log is there. */
  const open = async () => {
    const stores = await openStores({ data }, Date.now)
    await stores.packs.write('0'.repeat(32), new Uint8Array(9))
    return stores
  }
  const files = ['visage.sqlite', 'visage.sqlite-wal', 'visage.sqlite-shm']

  test('that Visage creates is accessible to its owner only, with its contents', async () => {
    const { database } = await open()
    assert.equal(await modeOf(), 0o700)
    assert.equal(await modeOf('packs'), 0o700)
    for (const file of files) assert.equal(await modeOf(file), 0o600, file)
    await database.destroy()
  })

  test('that others can read is closed to them, if it is empty or has data of an older Visage', async () => {
    await mkdir(data)
    await chmod(data, 0o755)
    await (await open()).database.destroy()
    assert.equal(await modeOf(), 0o700)

    await (await open()).database.destroy()
    await Promise.all([chmod(data, 0o775), chmod(join(data, 'packs'), 0o755)])
    await chmod(join(data, 'visage.sqlite'), 0o644)
    const { database } = await open()
    assert.equal(await modeOf(), 0o700)
    assert.equal(await modeOf('packs'), 0o700)
    for (const file of files) assert.equal(await modeOf(file), 0o600, file)
    await database.destroy()
  })

  test('that only its group can read stays as it is', async () => {
    await mkdir(data)
    await chmod(data, 0o2750)
    await writeFile(join(data, 'visage.sqlite'), '')
    await chmod(join(data, 'visage.sqlite'), 0o640)
    const { database } = await open()
    assert.equal(await modeOf(), 0o2750)
    assert.equal(await modeOf('visage.sqlite'), 0o640)
    await database.destroy()
  })

  test('that others can read and that contains other things is refused and not changed', async () => {
    await mkdir(data)
    await writeFile(join(data, 'holiday.jpg'), '')
    await chmod(data, 0o755)
    await assert.rejects(open(), says(/contains other things.*chmod 700/))
    assert.equal(await modeOf(), 0o755)
    assert.deepEqual(await lstat(join(data, 'visage.sqlite')).catch(() => undefined), undefined)
  })

  test('that is shared by all users, such as /tmp, is refused', async () => {
    await mkdir(data)
    await chmod(data, 0o1777)
    await assert.rejects(open(), says(/is shared with other users/))
    assert.equal(await modeOf(), 0o1777)
  })

  test('may be a link, and targets of links in it are not changed', async () => {
    const [there, elsewhere] = [join(root, 'there'), join(root, 'elsewhere')]
    await mkdir(there)
    await chmod(there, 0o755)
    await symlink(there, data)
    await writeFile(elsewhere, '')
    await chmod(elsewhere, 0o644)
    await symlink(elsewhere, join(there, 'visage.sqlite'))
    const { database } = await open()
    assert.equal((await stat(there)).mode & 0o777, 0o700)
    assert.equal((await stat(elsewhere)).mode & 0o777, 0o644)
    await database.destroy()
  })

  test('has backups that are accessible to their owner only', async () => {
    const { database } = await open()
    await database.destroy()
    const copy = join(root, 'copy')
    await mkdir(copy)
    await chmod(copy, 0o755)
    await backUp(data, copy, Date.now)
    data = copy
    assert.equal(await modeOf(), 0o700)
    assert.equal(await modeOf('packs'), 0o700)
    assert.equal(await modeOf('visage.sqlite'), 0o600)
  })

  function says(pattern: RegExp) {
    return (error: unknown) => error instanceof Failure && pattern.test(error.detail)
  }
})
