/** Folders as photographers, Macs, Windows and attackers leave them. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, test } from 'node:test'
import { promisify } from 'node:util'
import { scan } from '../../src/push/scan.ts'

async function folderOf(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'visage-scan-'))
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), text)
  }
  return folder
}

async function inFolder(
  files: Readonly<Record<string, string>>,
  work: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await folderOf(files)
  try {
    await work(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const pathsOf = ({ files }: Awaited<ReturnType<typeof scan>>) => files.map(({ path }) => path)

describe('scan', () => {
  test('finds pictures in folders within folders, in the order of their paths', () =>
    inFolder({ 'b.JPG': '1', '2025/a.png': '1', '2025/deep/c.jpeg': '1' }, async folder => {
      assert.deepEqual(pathsOf(await scan(folder)), ['2025/a.png', '2025/deep/c.jpeg', 'b.JPG'])
    }))

  test('counts what systems leave behind, and other files, and never lists them', () =>
    inFolder(
      {
        'a.jpg': '1',
        '._a.jpg': '1',
        '.DS_Store': '1',
        'Thumbs.db': '1',
        'desktop.ini': '1',
        '@eaDir/a.jpg/SYNOPHOTO_THUMB_M.jpg': '1',
        'list.xlsx': '1',
        noending: '1',
        'visage-push-20261128-171500/former/x.jpg': '1',
      },
      async folder => {
        const found = await scan(folder)
        assert.deepEqual(pathsOf(found), ['a.jpg'])
        assert.equal(found.ignored['system files'], 5)
        assert.equal(found.ignored['other files'], 2)
        assert.equal(found.ignored.journals, 1)
      },
    ))

  test('says of formats that are not read, and of empty files, what to do', () =>
    inFolder({ 'a.heic': '1', 'b.CR2': '1', 'c.jpg': '' }, async folder => {
      const { files, unreadable } = await scan(folder)
      assert.deepEqual(files, [])
      assert.deepEqual(
        unreadable.map(({ path }) => path),
        ['a.heic', 'b.CR2', 'c.jpg'],
      )
      assert.match(unreadable[0]?.why ?? '', /export it as JPEG/)
      assert.match(unreadable[2]?.why ?? '', /empty/)
    }))

  test('follows no link, neither out of the folder nor in a circle', () =>
    inFolder({ 'a.jpg': '1' }, async folder => {
      await symlink('/etc/hostname', join(folder, 'out.jpg'))
      await symlink(folder, join(folder, 'circle'))
      await symlink('nowhere', join(folder, 'broken.jpg'))
      const found = await scan(folder)
      assert.deepEqual(pathsOf(found), ['a.jpg'])
      assert.equal(found.ignored.links, 3)
    }))

  test('opens no pipe', { skip: process.platform === 'win32' && 'no pipes' }, () =>
    inFolder({ 'a.jpg': '1' }, async folder => {
      await promisify(execFile)('mkfifo', [join(folder, 'pipe.jpg')])
      const found = await scan(folder)
      assert.deepEqual(pathsOf(found), ['a.jpg'])
      assert.equal(found.ignored.devices, 1)
    }),
  )

  test(
    'lists a folder without permission, and goes on',
    { skip: process.getuid?.() === 0 && 'root may read everything' },
    () =>
      inFolder({ 'a.jpg': '1', 'closed/b.jpg': '1' }, async folder => {
        await chmod(join(folder, 'closed'), 0)
        const { files, unreadable } = await scan(folder)
        await chmod(join(folder, 'closed'), 0o700)
        assert.equal(files.length, 1)
        assert.deepEqual(unreadable, [
          { path: 'closed/', why: 'you have no permission to read it' },
        ])
      }),
  )

  test(
    'lists a name that is not Unicode',
    { skip: process.platform !== 'linux' && 'Linux only' },
    () =>
      inFolder({ 'a.jpg': '1' }, async folder => {
        await writeFile(
          Buffer.concat([Buffer.from(`${folder}/`), Buffer.from([0xe4]), Buffer.from('.jpg')]),
          '1',
        )
        const { files, unreadable } = await scan(folder)
        assert.equal(files.length, 1)
        assert.match(unreadable[0]?.why ?? '', /not Unicode/)
      }),
  )

  test('refuses what is no folder', () =>
    inFolder({ 'a.jpg': '1' }, async folder => {
      await assert.rejects(scan(join(folder, 'missing')), /there is no folder/)
      await assert.rejects(scan(join(folder, 'a.jpg')), /is a file/)
    }))
})
