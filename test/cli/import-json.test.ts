/** `visage import` of a JSON document, as an administrator runs it. */
import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { openStores } from '../../src/serving/stores.ts'
import { runHere } from '../support/command.ts'
import { inFolder } from '../support/visage.ts'

const people = [
  { externalId: '1', userPrincipalName: 'anna@x.org', displayName: 'Anna' },
  { externalId: '2', userPrincipalName: 'ben@x.org', displayName: 'Ben' },
]
const groups = [{ externalId: 'g', displayName: 'Design', members: ['1', '2'] }]

test('a document is planned as one table, asked for once, imported and reported by path', () =>
  inFolder(async cwd => {
    const { database } = await openStores(
      { data: join(cwd, 'data'), database: undefined },
      Date.now,
    )
    await using _closing = database
    const run = (...args: string[]) => runHere(['import', 'all.json', ...args], { cwd })
    const write = (document: unknown) => writeFile(join(cwd, 'all.json'), JSON.stringify(document))
    await write({ people, groups })
    const done = await run('--tenant', 'T', '--yes')
    assert.equal(done.code, 0, done.stderr)
    assert.match(done.stdout, /^all\.json: 3 items\. Source import:all, tenant t\.$/m)
    assert.match(done.stdout, /^JSON, UTF-8, with lists of people, groups\.$/m)
    assert.match(done.stdout, /^ +people +groups +owners and members$/m)
    assert.match(done.stdout, /^ {2}new +2 +1 +2 {2}are added$/m)
    assert.match(
      done.stdout,
      /^2 people written\.\n1 group written\.\n2 owners and members written/m,
    )
    const events = done.stderr
      .trim()
      .split('\n')
      .map(line => JSON.parse(line))
    const imported = events.filter(({ event }) => event === 'imported')
    assert.deepEqual(
      imported.map(({ kind, written }) => [kind, written]),
      [
        ['people', 2],
        ['groups', 1],
        ['members', 2],
      ],
    )
    const again = await run('--yes', '--prune')
    assert.deepEqual([again.code, again.stderr], [0, ''])
    assert.match(again.stdout, /^Nothing to do\.$/m)
    await write({ people: [people[0], { ...people[1], mail: 5 }], groups })
    const report = join(cwd, 'report.csv')
    const refused = await run('--yes', '--prune', '--report', report)
    assert.equal(refused.code, 3)
    assert.match(refused.stderr, /^people\[1\]\.mail: mail is a number, and not a text\.$/m)
    const text = await readFile(report, 'utf8')
    const names = 'userPrincipalName,displayName,person,group'
    assert.ok(text.startsWith(`\u{feff}path,outcome,isDone,${names},details\r\n`))
    assert.match(text, /^people\[1\]\.mail,error,false,,,,,"mail is a number, and not a text"\r$/m)
    const page = join(cwd, 'report.html')
    await run('--dry-run', '--report', page)
    assert.match(
      await readFile(page, 'utf8'),
      /<th>Path<th>.*\n<tbody>\n<tr class="error"><td>people\[1\]\.mail</,
    )
    await writeFile(join(cwd, 'all.json'), '{"people":[{"upn":')
    const half = await run('--yes')
    assert.equal(half.code, 2)
    assert.match(half.stderr, /The file ends within people\[0\]: it is not complete/)
  }))

test('contacts are imported with --kind contacts, and those that are pruned cannot be restored', () =>
  inFolder(async cwd => {
    const { database } = await openStores(
      { data: join(cwd, 'data'), database: undefined },
      Date.now,
    )
    await using _closing = database
    const file = join(cwd, 'suppliers.csv')
    const run = (...args: string[]) =>
      runHere(['import', 'suppliers.csv', '--kind', 'contacts', '--yes', ...args], { cwd })
    await writeFile(join(cwd, 'all.json'), JSON.stringify(people))
    const staff = await runHere(['import', 'all.json', '--yes', '--tenant', 'T'], { cwd })
    assert.equal(staff.code, 0, staff.stderr)
    await writeFile(file, 'id,owner,name\nk1,anna@x.org,Carl\nk2,ben@x.org,Dora\n')
    const added = await run()
    assert.match(added.stdout, /^2 contacts written\.$/m, added.stderr)
    assert.match(added.stderr, /^\{.*"event":"imported","kind":"contacts".*"written":2.*\}$/m)
    assert.match((await run('--prune')).stdout, /^Nothing to do\.$/m)
    await writeFile(file, 'id,owner,name\nk1,anna@x.org,Carl\n')
    const kept = await run()
    assert.match(kept.stdout, /^ {2}removed +0 {2}1 no longer named: --prune removes them$/m)
    assert.doesNotMatch(kept.stdout, /^ {2}(taken over|restored)/m)
    const report = join(cwd, 'report.csv')
    const pruned = await run('--prune', '--report', report)
    assert.match(pruned.stdout, /^1 contact removed\.$/m, pruned.stderr)
    assert.equal(
      await readFile(report, 'utf8'),
      '\u{feff}line,outcome,isDone,owner,displayName,details\r\n,removed,true,ben@x.org,Dora,\r\n',
    )
  }))
