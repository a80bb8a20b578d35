/** `visage push` and `undo` against a real `visage dev`, with its faults, as an administrator sees them. */
import assert from 'node:assert/strict'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { startVisage, type Visage, type VisageOptions } from '../../src/visage.ts'
import { portraitJpeg } from '../support/pictures.ts'
import { openStand, type Stand } from './stand.ts'

async function withVisage(
  options: VisageOptions,
  work: (stand: Stand, visage: Visage) => Promise<void>,
): Promise<void> {
  await using visage = await startVisage(options)
  await using stand = await openStand(visage.url, await visage.token({ app: true }))
  await work(stand, visage)
}

async function photoOf(visage: Visage, name: string): Promise<Buffer | undefined> {
  const answer = await ask(visage, name, 'GET')
  return answer.status === 404 ? undefined : Buffer.from(await answer.arrayBuffer())
}

async function ask(visage: Visage, name: string, method: string, body?: Uint8Array<ArrayBuffer>) {
  return await fetch(`${visage.baseUrl}/users/${name}@visage.example/photo/$value`, {
    method,
    headers: { authorization: `Bearer ${await visage.token({ app: true })}` },
    ...(body && { body }),
  })
}

const file = (name: string) => `${name}@visage.example.jpg`
const portrait = (seed: number) => portraitJpeg({ width: 240, height: 320, seed })

const namesOfPeople = ['alice', 'bob', 'umut', 'grace', 'siyuan', 'hana', 'minjun', 'layla']

describe('visage push', () => {
  test('sets, verifies and reports every photo, and a second run sends none', () =>
    withVisage({ photos: 'none' }, async (stand, visage) => {
      for (const [seed, name] of namesOfPeople.entries())
        await stand.add(file(name), await portrait(seed))
      const first = await stand.push()
      assert.equal(first.code, 0, first.stderr)
      assert.match(first.stdout, /8 photos set.*\nVerified: 8\./)
      const pictures = visage.requests().filter(({ method, path }) => {
        return method === 'GET' && path.endsWith('/photo/$value')
      })
      assert.ok(
        pictures.every(({ status }) => status === 404),
        'bytes are read where the ETag does',
      )
      for (const name of namesOfPeople) assert.ok((await photoOf(visage, name)) !== undefined)
      const [journal = ''] = await stand.journals()
      assert.match(await readFile(join(journal, 'report.csv'), 'utf8'), /set,etag,/)
      assert.equal((await stat(journal)).mode & 0o777, 0o700)
      assert.ok(!(await readdir(journal)).includes('prepared'))
      const sent = writesOf(visage)
      const second = await stand.push()
      assert.equal(second.code, 0)
      assert.match(second.stdout, /unchanged +8/)
      assert.equal(writesOf(visage), sent)
    }))

  test('changes nothing in a dry run', () =>
    withVisage({ photos: 'none' }, async (stand, visage) => {
      await stand.add(file('alice'), await portrait(1))
      const { code, stdout } = await stand.push({ dryRun: true })
      assert.equal(code, 0)
      assert.match(stdout, /new +1/)
      assert.match(stdout, /Nothing was changed\./)
      assert.equal(writesOf(visage), 0)
      const [folder = ''] = await stand.journals()
      assert.deepEqual(await readdir(folder), ['plan.html'])
    }))

  const faults = [
    '429 retry after 2s on PUT users/*/photo/$value for 10% seed 1',
    '503 on PUT users/*/photo/$value for 5% seed 2',
    '500 on PUT users/*/photo/$value for 5% seed 3',
    'cut on PUT users/*/photo/$value for 5% seed 4',
    'cut answer on PUT users/*/photo/$value for 10% seed 5',
    '429 on GET users/*/photo/$value for 10% seed 6',
    'cut answer on GET users/*/photo/$value for 10% seed 7',
  ]

  test('sets every photo at a server with faults, and sends none again that had arrived', () =>
    withVisage({ photos: 'none', faults }, async (stand, visage) => {
      for (const [seed, name] of namesOfPeople.entries())
        await stand.add(file(name), await portrait(seed))
      const { code, stdout, stderr } = await stand.push()
      assert.equal(code, 0, stderr)
      assert.match(stdout, /8 photos set/)
      const arrived = visage
        .requests()
        .filter(({ method, status }) => method === 'PUT' && status === 200)
      const paths = arrived.map(({ path }) => path)
      assert.equal(new Set(paths).size, paths.length)
      assert.equal(paths.length, 8)
    }))

  test('leaves photos that are there with --missing-only', () =>
    withVisage({ photos: 'none' }, async (stand, visage) => {
      await ask(visage, 'alice', 'PUT', await visage.picture('theirs'))
      const theirs = await photoOf(visage, 'alice')
      for (const name of ['alice', 'bob']) await stand.add(file(name), await portrait(1))
      const { stdout } = await stand.push({ missingOnly: true })
      assert.match(stdout, /1 photo set, 1 kept/)
      assert.deepEqual(await photoOf(visage, 'alice'), theirs)
    }))

  test('sets as many as --limit says, of the files that --only names, and says what it leaves', () =>
    withVisage({ photos: 'none' }, async (stand, visage) => {
      for (const name of namesOfPeople) await stand.add(file(name), await portrait(1))
      const limited = await stand.push({ limit: 2 })
      assert.match(limited.stdout, /^ +new +2 .*\n +not now +6 +by --limit/m)
      assert.equal(writesOf(visage), 2)
      const { stdout } = await stand.push({ only: '[g-h]*' })
      assert.match(stdout, /^ +new +2 [\s\S]*left out +6 +by --only/m)
      const paths = visage.requests().filter(({ method }) => method === 'PUT')
      assert.equal(new Set(paths.map(({ path }) => path)).size, 4)
    }))

  test('that is not confirmed leaves no prepared picture, and what it leaves can be forgotten', () =>
    withVisage({ photos: 'none' }, async (stand, visage) => {
      await stand.add(file('alice'), await portrait(1))
      const { code, stderr } = await stand.push({ yes: false })
      assert.equal(code, 1, stderr)
      assert.equal(writesOf(visage), 0)
      const [journal = ''] = await stand.journals()
      assert.ok(!(await readdir(journal)).includes('prepared'))
      assert.equal((await stand.push({ forget: journal })).code, 0)
      assert.deepEqual(await stand.journals(), [])
    }))

  test('continues a run that Ctrl-C ended, and sends nothing twice', () =>
    withVisage({ photos: 'none' }, async (stand, visage) => {
      for (const [seed, name] of namesOfPeople.entries())
        await stand.add(file(name), await portrait(seed))
      const ending = new AbortController()
      let writes = 0
      const endAfterThree: typeof fetch = async (input, init) => {
        const answer = await fetch(input, init)
        if (init?.method === 'PUT' && ++writes === 3) ending.abort()
        return answer
      }
      const first = await stand.push(
        { concurrency: 1 },
        { fetch: endAfterThree, signal: ending.signal },
      )
      assert.match(first.stdout, /Ended before it was done/)
      const between = writesOf(visage)
      assert.ok(between >= 3 && between < 8, String(between))
      const second = await stand.push()
      assert.equal(second.code, 0)
      assert.match(second.stdout, /Continues/)
      assert.equal(writesOf(visage), 8)
      const [journal = '', other] = await stand.journals()
      assert.equal(other, undefined)
      const report = await readFile(join(journal, 'report.csv'), 'utf8')
      assert.equal(report.match(/^set,etag,/gm)?.length, 8)
    }))

  test('sends a file again that changed between', () =>
    withVisage({ photos: 'none' }, async (stand, visage) => {
      await stand.add(file('alice'), await portrait(1))
      await stand.push()
      await stand.add(file('alice'), await portrait(2))
      const { stdout } = await stand.push()
      assert.match(stdout, /^ +replace +1$/m)
      assert.equal(writesOf(visage), 2)
    }))

  test('sends what another person approved, and not a file that changed since', () =>
    withVisage({ photos: 'none' }, async (stand, visage) => {
      for (const [seed, name] of ['alice', 'bob'].entries())
        await stand.add(file(name), await portrait(seed))
      const plan = join(stand.folder, 'plan.json')
      assert.equal((await stand.push({ plan })).code, 0)
      assert.equal(writesOf(visage), 0)
      await stand.add(file('bob'), await portrait(9))
      const { code, stdout } = await stand.push({ apply: plan })
      assert.equal(code, 2)
      assert.match(stdout, /the file changed since the plan was made/)
      assert.ok((await photoOf(visage, 'alice')) !== undefined)
      assert.equal(await photoOf(visage, 'bob'), undefined)
    }))

  test('sets the rest when one picture is broken', () =>
    withVisage({ photos: 'none' }, async (stand, visage) => {
      await stand.add(file('alice'), await portrait(1))
      const whole = await portrait(2)
      await stand.add(file('bob'), whole.subarray(0, whole.length / 2))
      const { code, stderr } = await stand.push()
      assert.equal(code, 2)
      assert.match(stderr, /bob@visage\.example\.jpg: it is broken or not whole/)
      assert.ok((await photoOf(visage, 'alice')) !== undefined)
    }))

  test('ends with 3 if no file fits anybody, and with 1 for a wrong command', () =>
    withVisage({ photos: 'none' }, async stand => {
      await stand.add('nobody.jpg', await portrait(1))
      assert.equal((await stand.push()).code, 3)
      assert.equal((await stand.push({ match: ['{'] })).code, 1)
      assert.equal((await stand.push({ to: 'http://example.org' })).code, 1)
      await stand.add(file('alice'), await portrait(1))
      assert.equal((await stand.push({ yes: false })).code, 1)
    }))

  test('stops after one photo if the token may not set photos', async () => {
    await using visage = await startVisage({ photos: 'none' })
    const token = await visage.token({ app: true, roles: ['User.Read.All'] })
    await using stand = await openStand(visage.url, token)
    for (const name of namesOfPeople) await stand.add(file(name), await portrait(1))
    const { code, stdout, stderr } = await stand.push()
    assert.equal(code, 4)
    assert.match(
      stdout,
      /To set photos it needs ProfilePhoto\.ReadWrite\.All or User\.ReadWrite\.All, and the token has none/,
    )
    assert.match(stderr, /The first photo was refused/)
    assert.equal(writesOf(visage), 1)
  })

  test('says that photos of teams need a person, before the first request', () =>
    withVisage({ photos: 'none' }, async (stand, visage) => {
      await stand.add('x.jpg', await portrait(1))
      const { code, stderr } = await stand.push({ kind: 'teams' })
      assert.equal(code, 4)
      assert.match(stderr, /need a signed-in user/)
      assert.deepEqual(visage.requests(), [])
    }))

  test('sets photos of teams with the token of a person, and says that a new one stays', async () => {
    await using visage = await startVisage({ photos: 'none' })
    const token = await visage.token({ admin: ['Teams Administrator'] })
    await using stand = await openStand(visage.url, token)
    const authorization = `Bearer ${token}`
    const filter = encodeURIComponent("resourceProvisioningOptions/Any(x:x eq 'Team')")
    const list = await fetch(`${visage.baseUrl}/groups?$filter=${filter}`, {
      headers: { authorization },
    })
    const { value } = (await list.json()) as { value: { id: string; displayName: string }[] }
    const team = value[0]
    await stand.add(`${team?.displayName}.jpg`, await portrait(4))
    const { code, stdout, stderr } = await stand.push({ kind: 'teams' })
    assert.equal(code, 0, stderr)
    assert.match(stdout, /Signed in as a person/)
    assert.match(stdout, /A new photo of a team cannot be removed again/)
    assert.match(stdout, /1 photo set.*\nVerified: 1\./)
    const photo = await fetch(`${visage.baseUrl}/teams/${team?.id}/photo/$value`, {
      headers: { authorization },
    })
    assert.equal(photo.status, 200)
    const [journal = ''] = await stand.journals()
    const undone = await stand.undo(journal)
    assert.equal(undone.code, 2)
    assert.match(undone.stdout, /1 {2}cannot be removed/)
  })

  test('sets photos of groups', () =>
    withVisage({ photos: 'none' }, async (stand, visage) => {
      const answer = await fetch(`${visage.baseUrl}/groups?$top=1`, {
        headers: { authorization: `Bearer ${await visage.token({ app: true })}` },
      })
      const { value } = (await answer.json()) as { value: { id: string; displayName: string }[] }
      await stand.add(`${value[0]?.displayName}.png`, await portrait(4))
      const { code, stdout } = await stand.push({ kind: 'groups' })
      assert.equal(code, 0)
      assert.match(stdout, /1 photo set/)
    }))

  test('fits 60 columns, and keeps columns straight under Chinese names', () =>
    withVisage({ photos: 'none' }, async stand => {
      for (const name of namesOfPeople) await stand.add(file(name), await portrait(1))
      await stand.add('陈'.repeat(60) + '.jpg', await portrait(1))
      const { stdout } = await stand.push({ dryRun: true }, { columns: 60 })
      const { widthOf } = await import('../../src/cli/cells.ts')
      const table = stdout.split('\n').filter(line => /\.jpg|…/.test(line))
      assert.ok(table.length > 8)
      for (const line of table) assert.ok(widthOf(line) <= 60, line)
    }))
})

describe('visage undo', () => {
  test('puts photos back byte for byte, and removes what was not there', () =>
    withVisage({ photos: 'none' }, async (stand, visage) => {
      await ask(visage, 'alice', 'PUT', await visage.picture('theirs'))
      const theirs = await photoOf(visage, 'alice')
      for (const name of ['alice', 'bob']) await stand.add(file(name), await portrait(1))
      await stand.push()
      const [journal = ''] = await stand.journals()
      const { code, stdout } = await stand.undo(journal)
      assert.equal(code, 0)
      assert.match(stdout, /1 {2}put back\n +1 {2}removed/)
      assert.deepEqual(await photoOf(visage, 'alice'), theirs)
      assert.equal(await photoOf(visage, 'bob'), undefined)
      assert.match((await stand.undo(journal)).stdout, /Nothing to undo/)
    }))

  test('leaves what somebody changed in between, unless forced', () =>
    withVisage({ photos: 'none' }, async (stand, visage) => {
      await stand.add(file('alice'), await portrait(1))
      await stand.push()
      await ask(visage, 'alice', 'PUT', await visage.picture('newer'))
      const newer = await photoOf(visage, 'alice')
      const [journal = ''] = await stand.journals()
      assert.match((await stand.undo(journal)).stdout, /somebody has changed them since/)
      assert.deepEqual(await photoOf(visage, 'alice'), newer)
      assert.match((await stand.undo(journal, { force: true })).stdout, /1 {2}removed/)
      assert.equal(await photoOf(visage, 'alice'), undefined)
    }))

  test('keeps the former photos as they were read, for their owner alone', () =>
    withVisage({ photos: 'none' }, async (stand, visage) => {
      await ask(visage, 'alice', 'PUT', await visage.picture('theirs'))
      const theirs = await photoOf(visage, 'alice')
      await stand.add(file('alice'), await portrait(1))
      await stand.push()
      const [journal = ''] = await stand.journals()
      const [kept = ''] = await readdir(join(journal, 'former'))
      const path = join(journal, 'former', kept)
      assert.deepEqual(await readFile(path), theirs)
      assert.equal((await stat(path)).mode & 0o777, 0o600)
    }))

  test('refuses a folder that is no journal', () =>
    withVisage({ photos: 'none' }, async stand => {
      const { code, stderr } = await stand.undo(stand.photos)
      assert.equal(code, 1)
      assert.match(stderr, /no journal/)
    }))
})

function writesOf(visage: Visage): number {
  return visage.requests().filter(({ method }) => method === 'PUT').length
}
