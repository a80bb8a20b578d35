/**
 * `startVisage` as in tests of other projects, and the recipes of docs/testing.md, run unchanged with node:test and
 * Vitest in a folder where `visage` is installed.
 */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { startVisage, type Visage } from '../src/visage.ts'

const root = join(import.meta.dirname, '..')
const run = promisify(execFile)

const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
const photoOf = async (
  visage: Visage,
  who: string,
  method = 'GET',
  body?: Uint8Array<ArrayBuffer>,
) =>
  await fetch(`${visage.baseUrl}/users/${who}@visage.example/photo/$value`, {
    method,
    headers: bearer(await visage.token({ user: 'grace' })),
    ...(body && { body }),
  })

describe('startVisage', () => {
  test('starts several at once, each on a port and with people of its own', async () => {
    await using one = await startVisage({ photos: 'none' })
    await using two = await startVisage({ photos: 'none' })
    assert.match(one.url, /^http:\/\/localhost:\d+$/)
    assert.equal(one.baseUrl, `${one.url}/v1.0`)
    assert.notEqual(one.url, two.url)
    assert.equal((await photoOf(one, 'bob', 'PUT', await one.picture())).status, 200)
    assert.equal((await photoOf(one, 'bob')).status, 200)
    assert.equal((await photoOf(two, 'bob')).status, 404)
  })

  test('hands out tokens of people, administrators, programs, personal accounts, and expired ones', async () => {
    await using visage = await startVisage({ photos: 'none' })
    const ask = async (path: string, order: Parameters<typeof visage.token>[0]) => {
      const headers = bearer(await visage.token(order))
      return (await fetch(visage.baseUrl + path, { headers, method: 'DELETE' })).status
    }
    const bob = '/users/bob@visage.example/photo'
    const scopes = ['ProfilePhoto.ReadWrite.All']
    assert.equal(await ask('/me/photo', { user: 'alice', scopes }), 404)
    assert.equal(await ask(bob, { user: 'alice', scopes }), 403)
    assert.equal(await ask(bob, { user: 'alice', scopes, admin: ['User Administrator'] }), 404)
    assert.equal(await ask(bob, { app: true, roles: scopes }), 404)
    assert.equal(await ask(bob, { app: true, roles: ['User.Read.All'] }), 403)
    assert.equal(await ask('/me/photo', { personal: true, scopes: ['User.ReadWrite'] }), 404)
    assert.equal(await ask('/me/photo', { lifetimeSeconds: -600 }), 401)
    assert.deepEqual(
      visage.requests().map(({ who, status }) => [who?.replace(/ [\da-f-]{36}/, ''), status]),
      [
        ['alice', 404],
        ['alice', 403],
        ['alice', 404],
        ['app', 404],
        ['app', 403],
        ['lena (personal)', 404],
        [undefined, 401],
      ],
    )
    assert.equal(visage.requests().at(-1)?.reason, 'token expired 10 min ago')
    await assert.rejects(visage.token({ user: 'alcie' }), /Did you mean alice/)
  })

  test('serves https with a certificate that a client can trust', async () => {
    await using visage = await startVisage({ photos: 'none', https: true })
    assert.match(visage.url, /^https:/)
    const headers = bearer(await visage.token())
    const status = await new Promise((resolve, reject) => {
      request(`${visage.baseUrl}/me`, { headers, ca: visage.certificate }, response => {
        response.resume()
        resolve(response.statusCode)
      })
        .on('error', reject)
        .end()
    })
    assert.equal(status, 200)
  })

  test('refuses a fault that cannot be read, before anything is started', async () => {
    await assert.rejects(startVisage({ faults: ['429 at me'] }), /Here the word 'on' is expected/)
  })

  /** As from JavaScript, which no compiler checks. */
  const wrongStarts: readonly (readonly [unknown, RegExp])[] = [
    [{ photo: 'none' }, /^startVisage\(\): there is no option 'photo'\. Did you mean 'photos'\?$/],
    [
      { constructor: 1 },
      /there is no option 'constructor'\. There are port, https, as, redirectUris, photos/,
    ],
    [{ as: 'global' }, /'as' needs 'https: true'/],
    [{ https: true, as: 'germany' }, /'as' is not 'global' or 'usgov' or 'usgov-dod' or 'china'/],
    [{ photos: 'no' }, /'photos' is not 'all' or 'none'/],
    [{ port: '8080' }, /'port' is not a whole number/],
    [{ faults: '429 on PUT me' }, /'faults' is not a list of texts/],
    [{ https: 'yes' }, /'https' is not true or false/],
    [null, /the options are no object/],
  ]
  for (const [options, message] of wrongStarts) {
    test(`refuses ${JSON.stringify(options)} with the reason`, async () => {
      await assert.rejects(startVisage(options as object), { name: 'TypeError', message })
    })
  }

  const wrongOrders: readonly (readonly [unknown, RegExp])[] = [
    [{ scope: ['User.Read'] }, /^token\(\): there is no option 'scope'\. Did you mean 'scopes'\?$/],
    [{ scopes: 'User.Read' }, /'scopes' is not a list of texts/],
    [{ roles: ['User.Read.All'] }, /there is no option 'roles'/],
    [{ app: true, scopes: ['User.Read'] }, /token\(\{ app: true \}\): there is no option 'scopes'/],
    [{ version: 3 }, /'version' is not '1' or '2'/],
    [{ lifetimeSeconds: 1.5 }, /'lifetimeSeconds' is not a whole number/],
    [
      { strict: true, scopes: ['User.Raed'] },
      /no permission 'User\.Raed' here.*Did you mean User\.Read/,
    ],
    ['alice', /the options are no object/],
  ]
  test('refuses an unknown option of a token order, and suggests the nearest', async () => {
    await using visage = await startVisage({ photos: 'none' })
    for (const [order, message] of wrongOrders) {
      await assert.rejects(visage.token(order as object), { message }, JSON.stringify(order))
    }
    assert.ok(await visage.token({ scopes: undefined as unknown as string[], user: 'bob' }))
  })

  test('ends though a client keeps its connection', async () => {
    const visage = await startVisage({ photos: 'none' })
    await (await photoOf(visage, 'bob')).text()
    await visage.close()
    await assert.rejects(photoOf(visage, 'bob'), /fetch failed/)
  })
})

describe('reset', () => {
  let visage: Visage
  before(async () => {
    visage = await startVisage()
  })
  after(() => visage.close())

  const graph = async (path: string, method = 'GET', body?: unknown) => {
    const answer = await fetch(visage.baseUrl + path, {
      method,
      headers: {
        ...bearer(await visage.token({ user: 'alice' })),
        'content-type': 'application/json',
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    return { status: answer.status, text: await answer.text() }
  }
  /** Everything that alice can see of the demo tenant, without versions. */
  const survey = async () => {
    const seen: unknown[] = []
    for (const path of ['/users?$top=999', '/groups', '/me/contacts', '/me/contactFolders']) {
      seen.push((await graph(path)).text)
    }
    for (const who of ['alice', 'bob', 'zofia']) {
      const answer = await photoOf(visage, who)
      seen.push(
        answer.status,
        answer.ok ? Buffer.from(await answer.bytes()).toString('base64') : '',
      )
    }
    return seen
  }

  test('restores every photo, pixel for pixel, and every contact, and removes the rest', async () => {
    const start = await survey()
    const picture = await visage.picture('other')
    for (let round = 0; round < 2; round++) {
      await photoOf(visage, 'alice', 'PUT', picture)
      await photoOf(visage, 'bob', 'DELETE')
      await photoOf(visage, 'zofia', 'PUT', picture)
      const { value } = JSON.parse((await graph('/me/contactFolders')).text)
      assert.equal((await graph(`/me/contactFolders/${value[0].id}`, 'DELETE')).status, 204)
      assert.equal((await graph('/me/contacts', 'POST', { givenName: 'New' })).status, 201)
      assert.notDeepEqual(await survey(), start)
      await visage.reset()
      assert.deepEqual(visage.requests(), [])
      assert.deepEqual(await survey(), start)
    }
  })

  test('keeps the ETags of unchanged photos, and removes those of changed ones', async () => {
    const etag = async (who: string) => (await photoOf(visage, who, 'HEAD')).headers.get('etag')
    const before = [await etag('alice'), await etag('bob')]
    await photoOf(visage, 'bob', 'PUT', await visage.picture('other'))
    const replaced = await etag('bob')
    await visage.reset()
    assert.equal(await etag('alice'), before[0])
    assert.notEqual(await etag('bob'), replaced)
  })

  test('is never half done for requests during it', async () => {
    await photoOf(visage, 'alice', 'PUT', await visage.picture('other'))
    let isOver = false
    const asking = Array.from({ length: 4 }, async () => {
      while (!isOver) assert.equal((await photoOf(visage, 'alice')).status, 200)
    })
    const writing = (async () => {
      while (!isOver) {
        const { status } = await photoOf(visage, 'bob', 'PUT', await visage.picture('other', 48))
        assert.equal(status, 200)
      }
    })()
    await Promise.all(Array.from({ length: 10 }, () => visage.reset()))
    isOver = true
    await Promise.all([...asking, writing])
    await visage.reset()
    assert.equal((await photoOf(visage, 'alice')).status, 200)
  })
})

describe('docs/testing.md', () => {
  let folder = ''
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'visage-recipes-'))
    const visage = join(folder, 'node_modules', 'visage')
    await mkdir(visage, { recursive: true })
    // As installed, but without the build: the entry of the package is its source.
    const entry = pathToFileURL(join(root, 'src', 'visage.ts')).href
    await writeFile(join(visage, 'visage.js'), `export * from '${entry}'\n`)
    const manifest = { name: 'visage', type: 'module', exports: './visage.js' }
    await writeFile(join(visage, 'package.json'), JSON.stringify(manifest))
    await symlink(
      join(root, 'node_modules', 'vitest'),
      join(folder, 'node_modules', 'vitest'),
      'junction',
    )
    const text = await readFile(join(root, 'docs', 'testing.md'), 'utf8')
    for (const [, code = '', name = ''] of text.matchAll(
      /```js\n(\/\/ (\S+\.mjs)\n[\s\S]*?)```/g,
    )) {
      await writeFile(join(folder, name), code)
    }
  })
  after(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }))

  /** The environment without the variables of this test runner. */
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(NODE_TEST_|NODE_OPTIONS|VITEST)/.test(name)),
  )
  const inFolder = { env, timeout: 60_000 }

  for (const [recipe, passed] of [
    ['photo.test.mjs', 2],
    ['https.test.mjs', 1],
  ] as const) {
    test(`has a recipe for node:test that works: ${recipe}`, async () => {
      const words = ['--test', '--test-reporter=tap', recipe]
      const { stdout } = await run(process.execPath, words, { ...inFolder, cwd: folder })
      assert.match(stdout, new RegExp(`^# pass ${passed}$`, 'm'))
    })
  }

  test('has a recipe for Vitest that works', async () => {
    const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
    const words = [
      vitest,
      'run',
      '--root',
      folder,
      '--reporter=json',
      '--outputFile=report.json',
      'photo.spec.mjs',
    ]
    await run(process.execPath, words, { ...inFolder, cwd: folder })
    const report = await readFile(join(folder, 'report.json'), 'utf8')
    const { numPassedTests, numFailedTests } = JSON.parse(report)
    assert.deepEqual([numPassedTests, numFailedTests], [2, 0])
  })
})
