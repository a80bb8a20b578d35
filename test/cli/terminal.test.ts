/** Questions, bars and Ctrl-C at a real terminal, which script(1) provides. */
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { open } from '../suites/moving.ts'
import { fillStore, withFolder } from '../upkeep/stand.ts'

const skip =
  spawnSync('script', ['--version']).stdout?.includes('util-linux') === true
    ? false
    : 'script of util-linux is not here'

for (const [key, name] of [
  ['\x03', 'Ctrl-C'],
  ['\x04', 'Ctrl-D'],
  ['\r', 'Enter'],
] as const) {
  test(`${name} at the question erases nothing, with a message`, { skip }, () =>
    withFolder(async folder => {
      {
        await using side = await open({ data: join(folder, 'data') })
        await fillStore(side, 2)
      }
      const typing = typeInto('erase --user person-1', folder)
      await typing.until(/Type yes: /)
      typing.type(key)
      assert.equal(await typing.ended, 2)
      assert.match(typing.shown(), /^visage: Nothing was erased\.\r?$/m)
      assert.doesNotMatch(typing.shown(), /Error|\n +at /)
    }),
  )
}

test('a second Ctrl-C during a move restores the cursor', { skip }, () =>
  withFolder(async folder => {
    {
      await using side = await open({ data: join(folder, 'data') })
      await fillStore(side, 1000)
    }
    const typing = typeInto('move --from sqlite/disk --to-data there', folder)
    await typing.until(/\[\?25l/)
    // Another client holds the destination, so the requested end does not come soon.
    using holder = new DatabaseSync(join(folder, 'there/visage.sqlite'), { timeout: 60_000 })
    holder.exec('begin immediate')
    let hasEnded = false
    const ended = typing.ended.finally(() => {
      hasEnded = true
    })
    // A second signal that arrives before the first was handled counts as the same.
    for (; !hasEnded; await delay(100)) typing.type('\x03')
    assert.equal(await ended, 130)
    assert.ok(typing.shown().lastIndexOf('\x1b[?25h') > typing.shown().lastIndexOf('\x1b[?25l'))
  }),
)

function typeInto(args: string, cwd: string) {
  const main = join(import.meta.dirname, '../../src/main.js')
  const command = `"${process.execPath}" "${main}" ${args}`
  const child = spawn('script', ['-qefc', command, '/dev/null'], {
    cwd,
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, TERM: 'xterm' },
  })
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (piece: string) => {
    text += piece
  })
  child.stdin.on('error', () => {})
  const ended = once(child, 'close').then(([code]) => Number(code))
  return {
    shown: () => text,
    type: (keys: string) => void child.stdin.write(keys),
    ended,
    async until(pattern: RegExp): Promise<void> {
      for (const deadline = Date.now() + 60_000; !pattern.test(text); ) {
        if (Date.now() > deadline) {
          child.kill('SIGKILL')
          throw new Error(`not shown: ${pattern}\n${text}`)
        }
        await delay(5)
      }
    },
  }
}
