/** The server that npm started ends when npm does, with any shell between them. */
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { inFolder } from '../support/visage.ts'

const program = join(import.meta.dirname, '../../src/main.js')
const skip =
  process.platform === 'win32' || spawnSync('npm', ['--version']).status !== 0
    ? 'not run: there is no npm that ends by signals'
    : false

for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
  for (const [way, prefix] of [
    ['by a shell that stays', ''],
    ['in the place of its shell', 'exec '],
  ] as const) {
    test(`${signal} for npm ends the server that it started ${way}`, { skip }, () =>
      inFolder(async cwd => {
        const start = `${prefix}'${process.execPath}' '${program}' dev --port 0 --memory`
        await writeFile(join(cwd, 'package.json'), JSON.stringify({ scripts: { start } }))
        const npm = spawn('npm', ['start', '--silent'], {
          cwd,
          stdio: ['ignore', 'pipe', 'inherit'],
        })
        let printed = ''
        npm.stdout.setEncoding('utf8').on('data', text => {
          printed += text
        })
        const closed = once(npm, 'close')
        while (!printed.includes('Ctrl-C ends it.')) await once(npm.stdout, 'data')
        npm.kill(signal)
        // The server holds the other end of the pipe as long as it runs.
        await closed
        const origin = /^(http:.*)\/v1\.0$/m.exec(printed)?.[1] ?? ''
        await assert.rejects(fetch(`${origin}/healthz`), { name: 'TypeError' })
      }),
    )
  }
}
