/**
 * systemd's own judgement of the units, and whether the system calls that Visage makes are those that the
 * unit allows. No service manager is needed, and none is asked to start anything.
 */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { findFreePort } from '../support/free-port.ts'
import { whyMissing } from '../support/installed.ts'
import { jpegOfExactly } from '../support/pictures.ts'
import { contoso, ourAudience, startTestIssuer, v2User } from '../support/test-issuer.ts'
import { inFolder, runVisage, startVisage } from '../support/visage.ts'

const run = promisify(execFile)
const deploy = join(import.meta.dirname, '../../deploy')
const units = (await readdir(deploy)).filter(name => /\.(service|timer)$/.test(name))
const skip = whyMissing('systemd-analyze')

test('systemd understands every line of the units', { skip }, () =>
  inFolder(async folder => {
    for (const name of units) {
      const text = await readFile(join(deploy, name), 'utf8')
      // The programs are elsewhere on the machine of a test.
      const changed = text.replaceAll('/usr/bin/node ', `${process.execPath} `)
      await writeFile(join(folder, name), changed)
    }
    const paths = units.map(name => join(folder, name))
    const { stdout, stderr } = await run('systemd-analyze', ['verify', '--man=no', ...paths])
    assert.equal(stdout + stderr, '')
  }),
)

/** 0 is a service that may do nothing, 10 one that may do everything. */
const mostExposure = { 'visage.service': 1.5, 'visage-backup.service': 2 }

for (const [name, most] of Object.entries(mostExposure)) {
  test(`${name} is exposed to little, by systemd's own count`, { skip }, async () => {
    const { stdout } = await run('systemd-analyze', [
      'security',
      '--offline=true',
      '--no-pager',
      `--threshold=${most * 10}`,
      join(deploy, name),
    ])
    const exposure = Number(/exposure level for \S+ (\d+\.\d+)/.exec(stdout)?.[1])
    assert.ok(exposure > 0 && exposure <= most, String(exposure))
  })
}

test('the unit waits longer than the longest request before it kills', async () => {
  const text = await readFile(join(deploy, 'visage.service'), 'utf8')
  const seconds = Number(/^TimeoutStopSec=(\d+)$/m.exec(text)?.[1])
  const http = await readFile(join(deploy, '../src/http/server.ts'), 'utf8')
  const longestMs = Number(/requestTimeout: ([\d_]+)/.exec(http)?.[1]?.replaceAll('_', ''))
  // The time to arrive, then to wait for the store and the database, as in docs/operating.md.
  assert.ok(seconds * 1000 >= longestMs + 15_000 + 10_000)
})

test('the unit restarts Visage while its database is unavailable, but not with a wrong setting', () =>
  inFolder(async cwd => {
    const text = await readFile(join(deploy, 'visage.service'), 'utf8')
    const directive = (name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(text)?.[1]
    const env = { VISAGE_ISSUER: 'https://login.example', VISAGE_AUDIENCE: ourAudience }
    const database = { VISAGE_DATABASE: `postgres://a:b@127.0.0.1:${await findFreePort()}/visage` }
    const away = await runVisage(['serve'], { cwd, env: { ...env, ...database } })
    const misspelt = await runVisage(['serve'], { cwd, env: { ...env, VISAGE_PORT: 'many' } })
    assert.equal(directive('StartLimitIntervalSec'), '0')
    assert.equal(directive('Restart'), 'on-failure')
    assert.notEqual(away.code, 0)
    assert.notEqual(String(away.code), directive('RestartPreventExitStatus'))
    assert.equal(String(misspelt.code), directive('RestartPreventExitStatus'))
  }))

const skipTrace = whyMissing('systemd-analyze', 'strace')
for (const [who, workers] of [
  ['Visage', '1'],
  ['Visage with workers', '2'],
] as const) {
  test(
    `${who} sets and reads a photo with the system calls that the unit allows`,
    {
      skip: skipTrace,
    },
    () =>
      inFolder(async cwd => {
        await using issuer = await startTestIssuer()
        const iss = `${issuer.origin}/${contoso}/v2.0`
        const env = {
          VISAGE_ISSUER: iss,
          VISAGE_AUDIENCE: ourAudience,
          VISAGE_PORT: '0',
          VISAGE_WORKERS: workers,
        }
        const trace = join(cwd, 'trace')
        // With -D strace is not the parent, and signals go to Visage itself.
        const through = ['strace', '-D', '-f', '-qq', '-o', trace]
        const visage = await startVisage(['serve'], { cwd, env, through })
        const authorization = `Bearer ${issuer.sign(v2User(Date.now(), { iss }))}`
        const address = `${visage.origin}/v1.0/me/photo/$value`
        const body = Uint8Array.from(await jpegOfExactly(1_000_000))
        const set = await fetch(address, { method: 'PUT', headers: { authorization }, body })
        assert.equal(set.status, 200)
        const got = await fetch(address, { headers: { authorization } })
        assert.equal(got.status, 200)
        await got.bytes()
        assert.equal((await visage.stop()).code, 0)

        const allowed = await allowedCalls(await readFile(join(deploy, 'visage.service'), 'utf8'))
        const made = new Set((await readFile(trace, 'utf8')).match(/(?<=^\d+ +)[a-z]\w*(?=\()/gm))
        assert.ok(made.has('openat') && made.size > 30)
        assert.deepEqual(
          [...made].filter(call => !allowed.has(call) && !(isRoot && call in onlyOfRoot)),
          [],
        )
      }),
  )
}

const isRoot = process.getuid?.() === 0
const onlyOfRoot = { fchown: 'SQLite gives its log to the owner of the database' }

/** The lines of SystemCallFilter in their order: sets and names added, and with ~ removed. */
async function allowedCalls(unit: string): Promise<Set<string>> {
  const { stdout } = await run('systemd-analyze', ['syscall-filter', '--no-pager'])
  const sets = new Map<string, string[]>()
  for (const [, name = '', lines = ''] of stdout.matchAll(/^(@[\w-]+)\n((?: .*\n|\n(?! *@))*)/gm)) {
    sets.set(name, lines.match(/(?<=^ {4})[@\w][\w-]*(?=$)/gm) ?? [])
  }
  const expand = (name: string): string[] =>
    name.startsWith('@') ? (sets.get(name) ?? []).flatMap(expand) : [name]
  // Calls for starting a program are always allowed with an allow list: systemd.exec(5).
  const allowed = new Set([
    'execve',
    'exit',
    'exit_group',
    'getrlimit',
    'rt_sigreturn',
    'sigreturn',
  ])
  for (const [, sign, names = ''] of unit.matchAll(/^SystemCallFilter=(~?)(.*)$/gm)) {
    for (const call of names.split(' ').flatMap(expand)) {
      if (sign === '~') allowed.delete(call)
      else allowed.add(call)
    }
  }
  return allowed
}
