/** `visage token` against a running `visage dev`: a token on standard output and nothing else. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { createServer as createSocketServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { decodeJwt } from 'jose'
import { people, tenantId } from '../../src/dev/demo/tenant.ts'
import { roles } from '../../src/permissions/roles.ts'
import { personalTenantId } from '../../src/tokens/clouds.ts'
import { runHere } from '../support/command.ts'
import {
  type Finished,
  inFolder,
  type Place,
  type Running,
  runVisage,
  startVisage,
} from '../support/visage.ts'

describe('visage token', () => {
  let visage: Running
  let place: Place

  before(async () => {
    place = { cwd: await mkdtemp(join(tmpdir(), 'visage-test-')) }
    visage = await startVisage(['dev', '--port', '0', '--memory'], place)
  })
  after(async () => {
    await visage.stop()
    await rm(place.cwd, { recursive: true })
  })

  const ask = (...args: string[]): Promise<Finished> =>
    runHere(['token', '--url', visage.origin, ...args], place)
  const claimsOf = async (...args: string[]) => {
    const { code, stdout, stderr } = await ask(...args)
    assert.deepEqual([code, stderr], [0, ''])
    assert.match(stdout, /^[\w-]+\.[\w-]+\.[\w-]+\n$/)
    return decodeJwt(stdout.trim())
  }
  const idOf = (name: string) =>
    people.find(({ userPrincipalName }) => userPrincipalName.startsWith(`${name}@`))?.id

  test('gives a token that the server believes', async () => {
    const { stdout } = await ask('--user', 'alice', '--scopes', 'User.ReadWrite')
    const headers = { authorization: `Bearer ${stdout.trim()}` }
    const me = await fetch(`${visage.origin}/v1.0/me`, { headers })
    assert.equal(((await me.json()) as { id: string }).id, idOf('alice'))
  })

  test('finds people by the name before the @, the whole name, and the id', async () => {
    const id = idOf('bob') ?? ''
    for (const name of ['bob', 'BOB', 'bob@visage.example', id, id.toUpperCase()]) {
      assert.equal((await claimsOf('--user', name)).oid, id, name)
    }
  })

  test('without a user is for the first of the people, with every permission', async () => {
    const { oid, scp, tid } = await claimsOf()
    assert.deepEqual([oid, tid], [idOf('alice'), tenantId])
    assert.match(String(scp), /User\.ReadWrite.*ProfilePhoto|ProfilePhoto.*User\.ReadWrite/)
  })

  test('--scopes takes several, separated by spaces or commas', async () => {
    for (const separator of [' ', '  ', ',', ', ']) {
      const { scp } = await claimsOf('--scopes', `User.Read${separator}ProfilePhoto.ReadWrite.All`)
      assert.equal(scp, 'User.Read ProfilePhoto.ReadWrite.All')
    }
  })

  test('--app is a program, with --roles', async () => {
    const { idtyp, roles, scp, upn } = await claimsOf('--app', '--roles', 'User.ReadWrite.All')
    assert.deepEqual(
      { idtyp, roles, scp, upn },
      { idtyp: 'app', roles: ['User.ReadWrite.All'], scp: undefined, upn: undefined },
    )
  })

  test('--admin adds directory roles, by name or id', async () => {
    const user = roles['User Administrator']
    for (const role of ['User Administrator', 'user administrator', user]) {
      assert.deepEqual((await claimsOf('--user', 'alice', '--admin', role)).wids, [user], role)
    }
    const two = ['--admin', 'User Administrator', 'Global Administrator']
    assert.equal(((await claimsOf(...two)).wids as string[]).length, 2)
  })

  test('--personal is a personal account', async () => {
    const { tid, scp } = await claimsOf('--personal', '--scopes', 'User.ReadWrite')
    assert.deepEqual([tid, scp], [personalTenantId, 'User.ReadWrite'])
  })

  test('--token-version 1 has the old shape', async () => {
    assert.equal((await claimsOf('--token-version', '1')).ver, '1.0')
    assert.equal((await claimsOf()).ver, '2.0')
  })

  /** Each row: arguments, and the warning beside the token. */
  const inVain: readonly (readonly [readonly string[], RegExp])[] = [
    [
      ['--scopes', 'User.ReadWrit'],
      /^visage: There is no permission 'User\.ReadWrit' here: it grants nothing\. Did you mean User\.ReadWrite or .*\?\n$/,
    ],
    [['--scopes', 'user.read'], /Did you mean User\.Read or /],
    [
      ['--scopes', 'User.Read Sites.Selected'],
      /^visage: There is no permission 'Sites\.Selected' here: it grants nothing\.\n$/,
    ],
    [
      ['--app', '--roles', 'ProfilPhoto.ReadWrite.All'],
      /Did you mean ProfilePhoto\.ReadWrite\.All/,
    ],
    [
      ['--app', '--roles', 'User.ReadWrite'],
      /'User\.ReadWrite' is no permission of an application/,
    ],
  ]
  for (const [args, pattern] of inVain) {
    test(`${args.join(' ')} gives a token, and warns that it grants nothing`, async () => {
      const { code, stdout, stderr } = await ask(...args)
      assert.equal(code, 0)
      assert.match(stdout, /^[\w-]+\.[\w-]+\.[\w-]+\n$/)
      assert.match(stderr, pattern)
    })
  }

  test('does not warn about sign-in scopes', async () => {
    const { stderr } = await ask('--strict', '--scopes', 'openid profile email offline_access')
    assert.equal(stderr, '')
  })

  test('finds visage dev by its port, and refuses --url with another port', async () => {
    const port = new URL(visage.origin).port
    const found = await runVisage(['token', '--port', port], place)
    assert.deepEqual([found.code, found.stderr], [0, ''])
    const both = await ask('--port', port)
    assert.deepEqual([both.code, both.stdout], [2, ''])
    assert.match(both.stderr, /--port and --url/)
  })

  /** Each row: arguments, and what standard error must contain. */
  const refused: readonly (readonly [readonly string[], RegExp])[] = [
    [['--user', 'alcie'], /There is no user 'alcie'\. Did you mean alice/],
    [['--user', 'nobody-like-that'], /There is no user 'nobody-like-that'\.$/m],
    [['--admin', 'King'], /There is no directory role 'King'\..*User Administrator/],
    [['--admin', 'User Adminstrator'], /no directory role .*Did you mean User Administrator\?$/m],
    [
      ['--strict', '--scopes', 'User.ReadWrit'],
      /There is no permission 'User\.ReadWrit' here: .*Did you mean User\.ReadWrite or /,
    ],
    [['--strict', '--app', '--roles', 'User.ReadWrite'], /is no permission of an application/],
    [['--scopes', 'User.Read;User.ReadWrite'], /'User.Read;User.ReadWrite' is not the name/],
    [['--app', '--user', 'alice'], /--app.*--user has no effect/],
    [['--app', '--scopes', 'User.Read'], /--scopes has no effect.*--roles/],
    [['--roles', 'User.ReadWrite.All'], /add --app/],
    [['--url', 'https://graph.microsoft.com'], /graph\.microsoft\.com is another machine/],
    [['--url', 'here'], /'here' is not an http or https address\.$/m],
    [
      ['--url', 'localhost:8080'],
      /not an http or https address\. Write http:\/\/localhost:8080\.$/m,
    ],
    [['--url', '127.0.0.1:1/me'], /Write http:\/\/127\.0\.0\.1:1\.$/m],
  ]
  for (const [args, pattern] of refused) {
    test(`${args.join(' ')} is refused with a line that helps`, async () => {
      const { code, stdout, stderr } = await ask(...args)
      assert.deepEqual([code, stdout], [2, ''])
      assert.match(stderr, pattern)
      assert.equal(stderr.trimEnd().split('\n').length, 1)
    })
  }

  test('reports that no visage dev runs there', async () => {
    const url = `http://127.0.0.1:${await freePort()}`
    const { code, stdout, stderr } = await ask('--url', url)
    assert.deepEqual([code, stdout], [2, ''])
    assert.match(stderr, RegExp(`^visage: No \`visage dev\` answers at ${url}.*--url`))
  })

  test('reports that another server runs there', async () => {
    const other = createServer((_, response) => response.end('<html>')).listen(0, '127.0.0.1')
    await once(other, 'listening')
    const address = other.address()
    const port = typeof address === 'object' ? address?.port : undefined
    try {
      const { code, stderr } = await ask('--url', `http://127.0.0.1:${port}`)
      assert.equal(code, 2)
      assert.match(stderr, /The server there is not `visage dev` \(status 200\)/)
    } finally {
      other.closeAllConnections()
      other.close()
    }
  })
})

test('visage token reaches a visage dev --https without a setting for its certificate', () =>
  inFolder(async cwd => {
    const visage = await startVisage(['dev', '--port', '0', '--memory', '--https'], { cwd })
    const { code, stdout } = await runVisage(['token', '--url', visage.origin], { cwd })
    assert.equal(code, 0)
    assert.equal(decodeJwt(stdout.trim()).iss, `${visage.origin}/${tenantId}/v2.0`)
    await visage.stop()
  }))

async function freePort(): Promise<number> {
  const server = createSocketServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  return typeof address === 'object' && address !== null ? address.port : 1
}
