/** `visage import` as an administrator runs it, while the store is open elsewhere. */
import assert from 'node:assert/strict'
import { mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { openStores } from '../../src/serving/stores.ts'
import { runHere } from '../support/command.ts'
import { type Finished, inFolder, runVisage } from '../support/visage.ts'

type Stand = Readonly<{
  cwd: string
  run: (...args: string[]) => Promise<Finished>
  names: () => Promise<string[]>
  /** When the source last succeeded. */
  lastSuccess: () => Promise<number | null | undefined>
}>

const withStand = (work: (stand: Stand) => Promise<void>) =>
  inFolder(async cwd => {
    const { database } = await openStores(
      { data: join(cwd, 'data'), database: undefined },
      Date.now,
    )
    await using _closing = database
    const run = (...args: string[]) => runHere(['import', ...args], { cwd })
    const names = async () => {
      const rows = await database
        .selectFrom('users')
        .select(['user_principal_name', 'source'])
        .where('deleted_at', 'is', null)
        .orderBy('user_principal_name')
        .execute()
      return rows.map(row => `${row.user_principal_name} ${row.source}`)
    }
    const lastSuccess = async () =>
      (await database.selectFrom('sources').selectAll().executeTakeFirst())?.last_success_at
    await work({ cwd, run, names, lastSuccess })
  })

const staff = 'upn;name;mail\nanna@x.org;Anna;a@x.org\nben@x.org;Ben;\n'
const tenant = ['--tenant', 'T']

describe('visage import', () => {
  test('shows its plan, asks, imports with --yes, and has nothing to do the second time', () =>
    withStand(async ({ cwd, run, names, lastSuccess }) => {
      await writeFile(join(cwd, 'staff.csv'), staff)
      const args = ['import', 'staff.csv', '--dry-run', ...tenant]
      const dry = await runVisage(args, { cwd })
      assert.equal(dry.code, 0, dry.stderr)
      assert.match(dry.stdout, /^staff\.csv: 2 lines\. Source import:staff, tenant t\.$/m)
      assert.match(dry.stdout, /columns separated by semicolons\.$/m)
      assert.match(dry.stdout, /^ {2}new +2 {2}are added$/m)
      assert.match(dry.stdout, /Nothing was changed: this was a dry run\.$/m)
      const asked = await run('staff.csv', ...tenant)
      assert.equal(asked.code, 2)
      assert.match(asked.stderr, /not a terminal.*Add --yes/)
      assert.deepEqual([await names(), await lastSuccess()], [[], undefined])
      const done = await run('staff.csv', '--yes', ...tenant)
      assert.equal(done.code, 0, done.stderr)
      assert.match(done.stdout, /^2 people written\.$/m)
      const lines = done.stderr
        .trim()
        .split('\n')
        .map(line => JSON.parse(line))
      assert.deepEqual(
        lines.map(({ event, did, source, written }) => [event, did ?? written, source]),
        [
          ['person', 'created', 'import:staff'],
          ['person', 'created', 'import:staff'],
          ['imported', 2, 'import:staff'],
        ],
      )
      assert.deepEqual(await names(), ['anna@x.org import:staff', 'ben@x.org import:staff'])
      const first = await lastSuccess()
      const again = await run('staff.csv', '--yes')
      assert.deepEqual([again.code, again.stderr], [0, ''])
      assert.match(again.stdout, /^Nothing to do\.$/m)
      assert.ok(first && ((await lastSuccess()) ?? 0) > first)
    }))

  test('imports nothing while a line has an error, unless it is to be left out', () =>
    withStand(async ({ cwd, run, names }) => {
      await writeFile(join(cwd, 'staff.csv'), `${staff}carl;Carl;\n`)
      const refused = await run('staff.csv', '--yes', ...tenant)
      assert.equal(refused.code, 3)
      assert.match(refused.stderr, /^line 4: the userPrincipalName "carl" is not of the form/m)
      assert.match(
        refused.stderr,
        /^visage: There is 1 error in the file\. Nothing was imported\.$/m,
      )
      assert.deepEqual(await names(), [])
      const skipped = await run('staff.csv', '--yes', '--skip-errors', ...tenant)
      assert.equal(skipped.code, 3)
      assert.match(skipped.stderr, /They were left out\.$/m)
      assert.equal((await names()).length, 2)
    }))

  test('removes people with --prune alone, many only with --confirm-removals, and none beside errors', () =>
    withStand(async ({ cwd, run, names }) => {
      const lines = Array.from({ length: 30 }, (_, index) => `p${index}@x.org`)
      const write = (kept: readonly string[]) =>
        writeFile(join(cwd, 'all.csv'), ['upn', ...kept].join('\n'))
      const list = ['all.csv', '--yes', '--source', 'hr']
      await write(lines)
      assert.equal((await run(...list, ...tenant)).code, 0)
      await write(lines.slice(0, 5))
      const kept = await run(...list)
      assert.match(kept.stdout, /removed +0 {2}25 no longer named: --prune removes them/)
      const braked = await run(...list, '--prune')
      assert.equal(braked.code, 3)
      assert.match(braked.stderr, /would remove 25 of 30 people.*add --confirm-removals/)
      assert.equal((await names()).length, 30)
      await write([...lines.slice(0, 29), 'nope'])
      const beside = await run(...list, '--prune', '--skip-errors')
      assert.match(beside.stdout, /^Nothing is removed while lines have errors\.$/m)
      assert.equal((await names()).length, 30)
      await write(lines.slice(0, 5))
      const removed = await run(...list, '--prune', '--confirm-removals')
      assert.equal(removed.code, 0, removed.stderr)
      assert.match(
        removed.stdout,
        /^25 people removed\. An import that names them again restores them\.$/m,
      )
      assert.equal((await names()).length, 5)
    }))

  test('brings groups with --kind groups and their owners and members with --kind members', () =>
    withStand(async ({ cwd, run }) => {
      await writeFile(join(cwd, 'staff.csv'), staff)
      await writeFile(join(cwd, 'groups.csv'), 'externalId,name,team\ng1,Design,yes\n')
      const file = join(cwd, 'members.csv')
      await writeFile(file, 'group,person,role\ng1,anna@x.org,owner\ng1,ben@x.org,\n')
      const list = ['--yes', '--source', 'hr', ...tenant]
      assert.equal((await run('staff.csv', ...list)).code, 0)
      const page = join(cwd, 'groups.html')
      const groups = await run('groups.csv', '--kind', 'groups', '--report', page, ...list)
      assert.match(groups.stdout, /^1 group written\.$/m, groups.stderr)
      assert.doesNotMatch(groups.stdout, /taken over/)
      assert.match(groups.stdout, /^ {2}restored/m)
      assert.match(await readFile(page, 'utf8'), /<th>Done<th>Name<th>Details<\/thead>/)
      const members = ['members.csv', '--kind', 'members', '--prune', ...list]
      const added = await run(...members)
      assert.match(added.stdout, /^2 owners and members written\.$/m, added.stderr)
      assert.match((await run(...members)).stdout, /^Nothing to do\.$/m)
      await writeFile(file, 'group,person,role\ng1,anna@x.org,owner\n')
      const report = join(cwd, 'report.csv')
      const removed = await run(...members, '--report', report)
      assert.match(removed.stdout, /^1 owner or member removed\.$/m, removed.stderr)
      assert.doesNotMatch(removed.stdout, /^ {2}(changed|restored)/m)
      assert.equal(
        await readFile(report, 'utf8'),
        '\u{feff}line,outcome,isDone,person,group,details\r\n,removed,true,ben@x.org,Design,\r\n',
      )
      const other = await run('members.csv', '--kind', 'teams', ...list)
      assert.equal(other.code, 2)
      assert.match(other.stderr, /people, groups, members/)
    }))

  test('writes a report as CSV and as a page, in which nothing of the file is markup or a formula', () =>
    withStand(async ({ cwd, run }) => {
      await writeFile(
        join(cwd, 'staff.csv'),
        'upn,name\na@x.org,<script>alert(1)\nb@x.org,=1+1\nc,\n',
      )
      const flags = ['staff.csv', '--dry-run', ...tenant]
      assert.equal((await run(...flags, '--report', 'report.html')).code, 3)
      assert.equal((await run(...flags, '--report', 'report.csv')).code, 3)
      const html = await readFile(join(cwd, 'report.html'), 'utf8')
      assert.match(html, /<td>2<td>created<td>no<td>a@x\.org<td>&lt;script&gt;alert\(1\)/)
      assert.doesNotMatch(html, /<script/)
      const csv = await readFile(join(cwd, 'report.csv'), 'utf8')
      assert.match(csv, /^\u{feff}line,outcome,isDone,userPrincipalName,displayName,details\r\n/u)
      assert.match(csv, /^3,created,false,b@x\.org,'=1\+1,\r$/m)
      assert.match(csv, /^4,error,false,,,"the userPrincipalName ""c"" is not/m)
      assert.equal((await stat(join(cwd, 'report.csv'))).mode & 0o077, 0)
      const entries = (await readdir(cwd)).filter(name => name.endsWith('.part'))
      assert.deepEqual(entries, [])
    }))

  test('wrong arguments and files that are no files end with 2, before anything is read', () =>
    withStand(async ({ cwd, run, names }) => {
      await writeFile(join(cwd, 'staff.csv'), staff)
      await writeFile(join(cwd, 'empty.csv'), '')
      await mkdir(join(cwd, 'folder'))
      await symlink('staff.csv', join(cwd, 'link.csv'))
      const expectRefused = async (args: readonly string[], words: RegExp) => {
        const { code, stderr } = await run(...args, '--yes', ...tenant)
        assert.equal(code, 2, stderr)
        assert.match(stderr, words)
      }
      await expectRefused(['none.csv'], /There is no file "none\.csv"\./)
      await expectRefused(['folder'], /visage: "folder" is a folder, not a file\./)
      await expectRefused(['link.csv'], /link\.csv" is a link: name the file that it leads to\./)
      await expectRefused(['/dev/zero'], /\/dev\/zero" is a device, not a file/)
      await expectRefused(['empty.csv'], /empty\.csv" is empty\./)
      await expectRefused(['staff.csv', '--source', 'a b'], /cannot be the name of a list/)
      await expectRefused(['staff.csv', '--column', 'shoe=Size'], /write property=header, with one/)
      await expectRefused(['staff.csv', '--column', 'mail=E-Mail'], /there is no column "E-Mail"/)
      await expectRefused(['staff.csv', '--report', 'report.pdf'], /ends with \.html or \.csv\./)
      await expectRefused(['staff.csv', '--report', './staff.csv'], /names the file that is/)
      await expectRefused(['staff.csv', '--report', 'no/report.csv'], /no report can be written/i)
      assert.deepEqual(await names(), [])
    }))
})
