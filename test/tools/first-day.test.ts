/** docs/first-day.md has the commands that tools/first-day.ts runs, and they exist with their options. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { commandsOf, createProgram } from '../../src/cli/program.ts'
import { place } from '../../tools/first-day.ts'
import { steps } from '../../tools/first-day-steps.ts'
import { noTerminal } from '../support/command.ts'

const page = await readFile(join(import.meta.dirname, '../../docs/first-day.md'), 'utf8')

test('each block of the page has the commands of its step, with what they printed', () => {
  for (const { name, commands } of steps) {
    const block = page.split(`<!-- recorded: ${name} -->`)[1]?.split('<!-- end recorded -->')[0]
    for (const command of commands) assert.ok(block?.includes(`$ ${command}\n`), command)
  }
  const named = [...page.matchAll(/<!-- recorded: (\w+) -->/g)].map(([, name]) => name)
  assert.deepEqual(
    named,
    steps.map(({ name }) => name),
  )
})

test('each visage command of the page exists, with its options', () => {
  const all = commandsOf(createProgram(noTerminal(), async () => {}))
  const calls = steps
    .flatMap(({ commands }) => commands)
    .flatMap(text => [...text.replaceAll('\\\n', ' ').matchAll(/^visage ([^|]*)/g)])
    .map(([, words = '']) => words)
  assert.ok(calls.length >= 7)
  for (const call of calls) {
    const matching = all.filter(({ words }) => `${call} `.startsWith(`${words} `))
    const command = matching.at(-1)?.command
    assert.ok(command, call)
    for (const [flag] of call.matchAll(/--[a-z-]+/g)) {
      assert.ok(
        command.options.some(({ long }) => long === flag),
        `${flag} of ${call}`,
      )
    }
  }
})

test('a page without a block is an error, and a block is replaced', () => {
  assert.throws(() => place('text', 'plan', '$ ls'), /no block <!-- recorded: plan -->/)
  const before = 'a\n<!-- recorded: plan -->\nold\n<!-- end recorded -->\nb'
  const after = place(before, 'plan', "$ echo '$&'")
  assert.ok(after.includes("```console\n$ echo '$&'\n```"), after)
  assert.ok(!after.includes('old'))
})
