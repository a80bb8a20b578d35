/** The spelling of commands in advice, and the form of error messages. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { spellAdvice, spellPath, spellProgram } from '../../src/cli/spelling.ts'
import { formatError } from '../../src/cli/terminal.ts'

/** Each row: the program as Node.js names it, the working folder, and the command to type there. */
const programs: readonly (readonly [string, string, string])[] = [
  ['/src/visage/src/main.js', '/src/visage', 'npm run -s visage --'],
  ['/src/visage/src/main.js', '/home/a', '/bin/node /src/visage/src/main.js'],
  ['/home/a/app/node_modules/.bin/visage', '/home/a/app', 'npx visage'],
  ['/usr/local/bin/visage', '/home/a', 'visage'],
  ['/app/dist/main.js', '/app', '/bin/node dist/main.js'],
  ['/opt/my visage/dist/main.js', '/home', "/bin/node '/opt/my visage/dist/main.js'"],
]

for (const [program, cwd, spelled] of programs) {
  test(`${program} in ${cwd} is called ${spelled}`, () => {
    assert.equal(spellProgram(program, cwd, { execPath: '/bin/node', platform: 'linux' }), spelled)
  })
}

test('advice to run something is spelled for the place, and a name of a command stays', () => {
  const spelled = (message: string) => spellAdvice(message, 'npx visage')
  assert.equal(spelled('To try it, run `visage dev`.'), 'To try it, run `npx visage dev`.')
  assert.equal(
    spelled('`visage serve --help` lists them.'),
    '`npx visage serve --help` lists them.',
  )
  assert.equal(spelled('`visage dev` listens on loopback.'), '`visage dev` listens on loopback.')
})

test('a path is spelled so that a shell reads it back', () => {
  assert.equal(spellPath('/a/b/c.jpg', '/a'), 'b/c.jpg')
  assert.equal(spellPath('/a/b/c.jpg', '/a/b2'), '/a/b/c.jpg')
  assert.equal(spellPath("/a/it's $here", '/a'), "'it'\\''s $here'")
})

/** Each row: a message, and its output. */
const messages: readonly (readonly [string, string])[] = [
  ['there is no data/visage.sqlite', 'visage: There is no data/visage.sqlite.'],
  ['Port 80 is taken.', 'visage: Port 80 is taken.'],
  ['--url: what?', 'visage: --url: what?'],
  ['/data/visage.sqlite is damaged', 'visage: /data/visage.sqlite is damaged.'],
  ["unknown option '\u001b[2J'\n", "visage: Unknown option '\u{fffd}[2J'."],
  ['one\ntwo', 'visage: One\ntwo.'],
]

for (const [message, read] of messages) {
  test(`${JSON.stringify(message)} is printed as all error messages are`, () => {
    assert.equal(formatError(message), read)
  })
}
