/** Help, and the messages after a typing error. */
import assert from 'node:assert/strict'
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { commandsOf, createProgram } from '../../src/cli/program.ts'
import { moveSettings } from '../../src/settings/moving.ts'
import { groups, settings } from '../../src/settings/table.ts'
import { noTerminal, runHere } from '../support/command.ts'
import { type Finished, inFolder, runVisage } from '../support/visage.ts'

const checkout = join(import.meta.dirname, '..', '..')

/** Each row: arguments, and what the help must contain. */
const helps: readonly (readonly [string, readonly RegExp[]])[] = [
  ['--help', [/^Usage: visage/, /profilePhoto/, /\bdev\b/, /\bserve\b/, /\btoken\b/, /--version/]],
  ['help', [/^Usage: visage \[/, /help \[command\.\.\.\]/]],
  ['help token', [/^Usage: visage token/, /--strict/, /--port/]],
  [
    'dev --help',
    [/--port/, /--host/, /--https/, /--memory/, /--data/, /--strict-content-type/, /loopback/],
  ],
  [
    'serve --help',
    [
      ...Object.values(settings).flatMap(({ env, flag }) => [RegExp(`\\[${env}\\]`), RegExp(flag)]),
      ...Object.values(groups).map(({ heading }) =>
        RegExp(`^${heading.replaceAll(/[()]/g, '\\$&')}$`, 'm'),
      ),
      /^Examples:\n {2}\S.* serve \\$/m,
    ],
  ],
  ['migrate --help', [/--data/, /--database/, /VISAGE_DATABASE/]],
  ['backup --help', [/--to/, /--data/]],
  [
    'move --help',
    [
      /Example:\n.* move \\\n +--from sqlite\/disk --to postgres\/s3/,
      ...Object.values(moveSettings).flatMap(({ env, flag }) => [
        RegExp(`\\[${env}\\]`),
        RegExp(flag),
      ]),
    ],
  ],
  ['verify --help', [/--data/, /--database/, /--packs/, /--json/]],
  ['erase --help', [/--user/, /--group/, /--tenant/, /--yes/, /--dry-run/, /--packs/]],
  ['people --help', [/\blist\b/, /\bshow\b/, /\badd\b/, /\bdisable\b/, /\brestore\b/]],
  ['people remove --help', [/; `visage people restore` restores\s+them\n/]],
  ['people restore --help', [/removed with `visage people remove`\n/]],
  ['groups remove --help', [/; `visage groups restore` restores\s+it\n/]],
  ['groups restore --help', [/removed with `visage groups remove`\n/]],
  ['people add --help', [/--display-name/, /--id/, /--manager/, /^Example:\n.* people add anna@/m]],
  [
    'help people list',
    [/--without-photo/, /--inactive/, /--deleted/, /--source/, /--tenant/, /--csv/, /^Example:$/m],
  ],
  ['import --help', [/--kind/, /^Exit codes:\n {2}0 {4}done/m, /^Example:\n.* import staff\.csv/m]],
  [
    'push --help',
    [/--match/, /--sign-in/, /^Exit codes:\n {2}0 {4}all photos are set/m, /^Example:$/m],
  ],
  ['undo --help', [/--force/, /--sign-in/]],
  ['pull --help', [/--size/, /--sign-in/]],
  ['scim-token --help', [/\bcreate\b/, /\blist\b/, /\brevoke\b/]],
  [
    'scim-token create --help',
    [
      /--expires/,
      /--tenant <id> +the tenant that the token is for/,
      /--url/,
      /--port/,
      /--data/,
      /^Examples:\n.* create entra$/m,
    ],
  ],
  ['groups --help', [/\badd\b/, /\bteam\b/, /\bowners\b/, /\bmembers\b/, /\brestore\b/]],
  ['groups members --help', [/--add/, /--remove/, /^Examples:\n.* groups members Design --csv$/m]],
  [
    'token --help',
    [/--url/, /--user/, /--scopes/, /--app/, /--roles/, /--admin/, /--personal/, /--token-version/],
  ],
]

for (const [args, patterns] of helps) {
  test(`visage ${args} prints its help, in 80 columns`, async () => {
    // Otherwise the examples contain the whole path of this file, which may have any length.
    const { code, stdout, stderr } = await runHere(args.split(' '), { cwd: checkout })
    assert.deepEqual([code, stderr], [0, ''])
    for (const pattern of patterns) assert.match(stdout, pattern)
    assert.deepEqual(
      stdout.split('\n').filter(line => line.length > 80),
      [],
    )
    assert.doesNotMatch(stdout, /undefined|\[object|default: false|\(preset/)
  })
}

for (const width of [30, 40, 60, 100, 200]) {
  test(`every help keeps to a terminal of ${width} columns`, () => {
    const program = createProgram(noTerminal(), async () => {})
    for (const { command, words } of commandsOf(program)) {
      const help = command.configureOutput({ getOutHelpWidth: () => width }).helpInformation()
      // A word, and a flag with its value, are not broken.
      const over = help.split('\n').filter(line => line.length > width)
      assert.deepEqual(
        over.filter(line => /\S +\S/.test(line.trim()) && !/^(Usage| {2}-)/.test(line)),
        [],
        words,
      )
    }
  })
}

test('the exit codes of an import keep to a terminal of 60 columns', async () => {
  const { stdout } = await runHere(['import', '--help'], { cwd: checkout })
  const [, codes = ''] = /^(Exit codes:[\s\S]*?)\n\n/m.exec(stdout) ?? []
  const lines = codes.split('\n')
  assert.equal(lines.length, 6)
  assert.deepEqual(
    lines.filter(line => line.length > 60),
    [],
  )
})

test('where the store is takes a line each, and the page with the rest is named', () => {
  const program = createProgram(noTerminal(), async () => {})
  const onStore = commandsOf(program).filter(({ command, words }) => {
    const hasDatabase = command.options.some(({ long }) => long === '--database')
    return hasDatabase && words !== 'serve'
  })
  assert.ok(onStore.length > 20)
  for (const { command, words } of onStore) {
    const help = command.configureOutput({ getOutHelpWidth: () => 80 }).helpInformation()
    const [, group = ''] = help.split(/^Store \(docs\/configuration\.md\):\n/m)
    const [lines = ''] = group.split('\n\n')
    for (const line of lines.trimEnd().split('\n')) {
      assert.match(line, /^ {2}--\w+ <\S+> +\S.* \[VISAGE_[A-Z]+\]$/, words)
    }
  }
})

test('visage --version prints only the version of the package', async () => {
  for (const flag of ['--version', '-v']) {
    const { code, stdout, stderr } = await runVisage([flag], { cwd: checkout })
    assert.deepEqual([code, stderr], [0, ''])
    assert.match(stdout, /^\d+\.\d+\.\d+\n$/)
  }
})

/** Each row: arguments, and what standard error must contain. */
const mistakes: readonly (readonly [string, RegExp])[] = [
  ['', /Usage: visage[\s\S]*\bdev\b[\s\S]*\bserve\b/],
  ['sreve', /^visage: Unknown command 'sreve'\. Did you mean serve\?$/m],
  ['frobnicate', /Unknown command 'frobnicate'\.\n`.*node .*main\.js --help` says more/],
  ['--frobnicate', /^visage: Unknown option '--frobnicate'\.$/m],
  ['dev --meory', /Unknown option '--meory'\. Did you mean --memory\?/],
  ['dev --frobnicate', /`.*node .*main\.js dev --help` says more/],
  ['dev --port many', /--port.*'many' is invalid. A port is a number from 0 to 65535/],
  ['dev --port 65536', /--port/],
  ['dev --port', /--port <number>.*argument missing/],
  [
    'people lst',
    /Unknown command 'lst'\. Did you mean list\?\n`.*main\.js people --help` says more/,
  ],
  ['people list --json --csv', /--json and --csv: choose one of them/],
  ['help people lst', /There is no command 'people lst'/],
  ['dev here', /too many arguments/i],
  ['help sreve', /^visage: There is no command 'sreve', only dev, serve,/],
  ['serve --frobnicate', /`.*node .*main\.js serve --help` says more/],
  ['token --token-version 3', /Allowed choices are 1, 2/],
  ['token --frobnicate', /`.*node .*main\.js token --help` says more/],
]

for (const [args, pattern] of mistakes) {
  test(`visage ${args || '(nothing)'} is refused with a line that helps`, async () => {
    const { code, stdout, stderr } = await visage(args)
    assert.deepEqual([code, stdout], [2, ''])
    assert.match(stderr, pattern)
    assert.doesNotMatch(stderr, /\n +at /)
  })
}

test('a cache of compiled code that cannot be written changes nothing', () =>
  inFolder(async cwd => {
    await writeFile(join(cwd, 'file'), '')
    const caches = [
      { NODE_COMPILE_CACHE: join(cwd, 'file', 'cache') },
      { NODE_DISABLE_COMPILE_CACHE: '1' },
    ]
    for (const env of caches) {
      const { code, stderr, stdout } = await runVisage(['--version'], { cwd, env })
      assert.deepEqual([code, stderr], [0, ''])
      assert.match(stdout, /^\d+\.\d+\.\d+\n$/)
    }
    assert.deepEqual(await readdir(cwd), ['file'])
  }))

test('a mistake ends the process with 2, and with no other line', async () => {
  const { code, signal, stdout, stderr } = await runVisage(['help', 'sreve'], { cwd: checkout })
  assert.deepEqual([code, signal, stdout], [2, null, ''])
  assert.match(stderr, /^visage: There is no command 'sreve', only .*\n$/)
})

/** Each row: the target of the output, exit code, and what standard error must contain. */
const losses: readonly (readonly [string, string, number, RegExp])[] = [
  ['a reader who has seen enough', '"$@" | true', 0, /^$/],
  ['a full disk', '"$@" > /dev/full', 1, /^visage: Cannot write to standard output: ENOSPC.*\n$/],
  ['nobody', '"$@" >&- 2>&-', 0, /^$/],
]

for (const [to, script, status, pattern] of losses) {
  test(
    `output to ${to} is no crash`,
    { skip: process.platform !== 'linux' && 'not run: no /dev/full here' },
    () =>
      inFolder(async cwd => {
        const through = ['sh', '-c', script, 'sh']
        const { code, stderr } = await runVisage(['serve', '--help'], { cwd, through })
        assert.match(stderr, pattern)
        assert.equal(code, status)
      }),
  )
}

async function visage(args: string): Promise<Finished> {
  let finished: Finished | undefined
  await inFolder(async cwd => {
    finished = await runHere(args.split(' ').filter(Boolean), { cwd })
  })
  assert.ok(finished)
  return finished
}
