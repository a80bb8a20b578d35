/** `visage dev` at a terminal: output, data, refusals and its end. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { createServer, isIP } from 'node:net'
import { join, resolve } from 'node:path'
import { describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { checkServerIdentity, connect, type PeerCertificate } from 'node:tls'
import { promisify } from 'node:util'
import sharp from 'sharp'
import { runHere } from '../support/command.ts'
import { isListening } from '../support/listening.ts'
import { writeOldCertificate } from '../support/old-certificate.ts'
import { dHash, distance, portraitJpeg, portraitPng } from '../support/pictures.ts'
import { inFolder, launchVisage, type Running, runVisage, startVisage } from '../support/visage.ts'

const run = promisify(execFile)
const hasCurl = await run('curl', ['--version']).then(
  () => true,
  () => false,
)
const anyPort = ['--port', '0'] as const

describe('visage dev', () => {
  for (const flags of [[], ['--https'], ['--memory', '--https']]) {
    const name = ['visage dev', ...flags].join(' ')
    test(`${name} prints where it is, and commands that work as they are`, () =>
      inFolder(async cwd => {
        const visage = await startVisage(['dev', ...anyPort, ...flags], { cwd, env: { HOME: cwd } })
        try {
          assert.match(
            visage.origin,
            flags.length ? /^https:\/\/localhost:\d+$/ : /^http:\/\/localhost:/,
          )
          const printed = visage.stdout()
          assert.ok(printed.startsWith(`${visage.origin}\n`))
          assert.match(
            printed,
            flags.includes('--memory') ? /Kept in memory/ : /Kept in \.\/data\./,
          )
          if (!hasCurl) return
          const commands = /^TOKEN=[\s\S]*?\n\n(?=The token)/m.exec(printed)?.[0] ?? ''
          const set = await run('sh', ['-c', commands], { cwd })
          assert.match(set.stdout, /^HTTP\/1.1 200 OK/m)
          const photo = await readFile(join(cwd, 'photo.jpg'))
          const { format, width, height } = await sharp(photo).metadata()
          assert.deepEqual([format, width, height], ['jpeg', 96, 96])
          const sent = / -T (\S+)/.exec(commands)?.[1] ?? ''
          await expectAlike(photo, await readFile(resolve(cwd, sent)))
          const again = /^ {2}(.* reset .*)$/m.exec(printed)?.[1] ?? ''
          assert.match((await run('sh', ['-c', again], { cwd })).stdout, /demo tenant is restored/)
        } finally {
          assert.deepEqual(await visage.stop(), { code: 0, signal: null })
        }
        assert.match(visage.stderr(), /^(\d\d:\d\d:\d\d .* 200 .*\n){0,2}$/)
      }))
  }

  test('refuses an address that other machines can reach, with the reason', () =>
    inFolder(async cwd => {
      for (const host of ['0.0.0.0', '::', '192.0.2.1', 'example.org']) {
        const { code, stdout, stderr } = await runHere(['dev', '--host', host], { cwd })
        assert.deepEqual([code, stdout], [2, ''])
        assert.match(
          stderr,
          RegExp(`--host ${host}:.*loopback only.*token for anybody.*run .*main\\.js serve. with`),
        )
      }
      assert.deepEqual(await readdir(cwd), [])
    }))

  test('reports a taken port and how to choose another, and creates nothing', () =>
    inFolder(async cwd => {
      const other = createServer(socket => socket.end('HTTP/1.1 200 OK\r\n\r\n'))
      other.listen(0, '127.0.0.1')
      await once(other, 'listening')
      const address = other.address()
      const port = typeof address === 'object' ? String(address?.port) : ''
      try {
        const { code, stderr } = await runVisage(['dev', '--https', '--port', port], { cwd })
        assert.equal(code, 2)
        assert.equal(
          stderr,
          `visage: Port ${port} is taken by another program. Choose one with --port.\n`,
        )
        const serve = ['serve', '--issuer', 'https://id.example', '--audience', 'a', '--port', port]
        const served = await runVisage(serve, { cwd })
        assert.equal(served.code, 2)
        assert.match(
          served.stderr,
          /is taken by another program\. Choose one with --port or VISAGE_/,
        )
        assert.deepEqual(await readdir(cwd), [])
      } finally {
        other.close()
      }
    }))

  for (const flags of [[], ['--https']]) {
    test(`says that a visage dev ${flags} has the port already`, () =>
      inFolder(async cwd => {
        const visage = await startVisage(['dev', ...anyPort, '--memory', ...flags], { cwd })
        const port = new URL(visage.origin).port
        const { code, stderr } = await runVisage(['dev', '--port', port], { cwd })
        assert.deepEqual([code, await readdir(cwd)], [2, []])
        assert.match(
          stderr,
          /^visage: Port \d+ is taken: a `visage dev` runs there\..* --port\.\n$/,
        )
        await visage.stop()
      }))
  }

  for (const [what, flags] of [
    ['fault', ['--fault', 'often']],
    ['limit', ['--throttle', 'often']],
  ] as const) {
    test(`creates nothing if it cannot read a ${what}`, () =>
      inFolder(async cwd => {
        const { code } = await runHere(['dev', ...anyPort, '--https', ...flags], { cwd })
        assert.deepEqual([code, await readdir(cwd)], [2, []])
      }))
  }

  test(
    'refuses a folder that cannot be made, at once',
    { skip: process.platform !== 'linux' && 'not run: no /proc here' },
    () =>
      inFolder(async cwd => {
        for (const data of ['/proc/x', '/proc/x/y']) {
          for (const command of [['dev', ...anyPort], ['migrate'], ['backup', '--to', '/proc/y']]) {
            const run = command[0] === 'dev' ? runVisage : runHere
            const { code, stderr } = await run([...command, '--data', data], { cwd })
            assert.equal(code, 1)
            assert.match(stderr, /^visage: .*\/proc\/.*\n$/)
          }
        }
        const made = await runHere(['migrate', '--data', 'from'], { cwd })
        assert.equal(made.code, 0)
        const backup = await runHere(['backup', '--data', 'from', '--to', '/proc/y'], { cwd })
        assert.equal(backup.code, 1)
        assert.match(
          backup.stderr,
          /^visage: The folder \/proc\/y cannot be created \(ENOENT\)\.\n$/,
        )
      }),
  )

  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    test(`ends on ${signal} with 0, after an upload under way and without waiting for connections`, () =>
      inFolder(async cwd => {
        const visage = await startVisage(['dev', ...anyPort], { cwd })
        const token = await tokenOf(visage)
        const picture = await portraitJpeg({ width: 300, height: 300, seed: 71 })
        const upload = await beginUpload(visage, token, picture)
        visage.send(signal)
        await delay(200)
        const status = await upload.finish()
        const finishedAt = Date.now()
        assert.equal(status, 200)
        assert.deepEqual(await visage.ended, { code: 0, signal: null })
        assert.ok(Date.now() - finishedAt < 30_000)
        await upload.hangUp()

        const again = await startVisage(['dev', ...anyPort], { cwd })
        try {
          await expectPhoto(again, await tokenOf(again), picture)
        } finally {
          await again.stop()
        }
      }))
  }

  test('keeps photos set and removed, and tokens, over a restart', () =>
    inFolder(async cwd => {
      const first = await startVisage(['dev', ...anyPort], { cwd })
      const picture = await portraitJpeg({ width: 300, height: 300, seed: 72 })
      const alice = await tokenOf(first)
      const bob = await tokenOf(first, 'bob')
      await demoPhotosSet(cwd)
      assert.equal((await upload(first, alice, picture)).status, 200)
      assert.equal((await call(first, bob, 'DELETE')).status, 200)
      assert.deepEqual(await first.stop(), { code: 0, signal: null })

      const port = new URL(first.origin).port
      const second = await startVisage(['dev', '--port', port], { cwd })
      try {
        await expectPhoto(second, alice, picture)
        assert.equal((await call(second, bob, 'GET')).status, 404)
      } finally {
        await second.stop()
      }
    }))

  test(
    'lets nobody else on the machine look into the data',
    { skip: process.platform === 'win32' },
    () =>
      inFolder(async cwd => {
        const visage = await startVisage(['dev', ...anyPort, '--https', '--data', 'kept'], { cwd })
        await visage.stop()
        assert.equal((await stat(join(cwd, 'kept'))).mode & 0o077, 0)
        for (const secret of ['certificate-key.pem', 'issuer-key.json']) {
          assert.equal((await stat(join(cwd, 'kept', secret))).mode & 0o077, 0, secret)
        }
      }),
  )

  test('--memory leaves no files, also if it is ended during its start', () =>
    inFolder(async cwd => {
      const temporary = {
        TMPDIR: cwd,
        TMP: cwd,
        TEMP: cwd,
        NODE_COMPILE_CACHE: join(cwd, 'compiled'),
      }
      const place = { cwd, env: temporary }
      const visage = await startVisage(['dev', ...anyPort, '--memory'], place)
      const [folder] = (await readdir(cwd)).filter(name => name !== 'compiled')
      assert.ok(folder && existsSync(join(cwd, folder, 'example.jpg')))
      const token = await tokenOf(visage)
      assert.equal((await upload(visage, token, await portraitJpeg(), 'image/jpeg')).status, 200)
      assert.deepEqual(await visage.stop(), { code: 0, signal: null })
      assert.deepEqual(await readdir(cwd), ['compiled'])

      const hasty = launchVisage(['dev', ...anyPort, '--memory'], place)
      while ((await readdir(cwd)).length < 2) await delay(2)
      hasty.send('SIGINT')
      assert.equal((await hasty.ended).code, 0)
      assert.deepEqual(await readdir(cwd), ['compiled'])
    }))

  test(
    'a later start draws nothing, and loads nothing that draws',
    {
      skip: process.platform !== 'linux' && 'not run: no /proc here',
    },
    () =>
      inFolder(async cwd => {
        const loadsDecoders = async () => {
          const visage = await startVisage(['dev', ...anyPort, '--memory'], { cwd })
          // Renderers start when all photos are set.
          while ((await readFile(childrenOf(visage.pid), 'utf8')) === '') await delay(5)
          const maps = await readFile(`/proc/${visage.pid}/maps`, 'utf8')
          await visage.stop()
          return maps.includes('libvips')
        }
        await loadsDecoders()
        assert.equal(await loadsDecoders(), false)
      }),
  )

  test('--https has a certificate for every loopback name, which a restart keeps', () =>
    inFolder(async cwd => {
      const first = await startVisage(['dev', ...anyPort, '--https'], { cwd })
      const certificate = await readFile(join(cwd, 'data/certificate.pem'), 'utf8')
      try {
        for (const name of ['localhost', '127.0.0.1', '::1']) {
          await shakeHands(first, name, certificate)
        }
        await assert.rejects(shakeHands(first, 'example.org', certificate), /altnames/)
        assert.match(first.stdout(), /^ {2}NODE_EXTRA_CA_CERTS=data\/certificate\.pem$/m)
        const program = `console.log((await fetch('${first.origin}/v1.0/me')).status)`
        const env = { ...process.env, NODE_EXTRA_CA_CERTS: join(cwd, 'data/certificate.pem') }
        const { stdout } = await run(process.execPath, ['-e', program], { env })
        assert.equal(stdout.trim(), '401')
      } finally {
        await first.stop()
      }
      const second = await startVisage(['dev', ...anyPort, '--https'], { cwd })
      await second.stop()
      assert.equal(await readFile(join(cwd, 'data/certificate.pem'), 'utf8'), certificate)
    }))

  test('--https replaces a certificate that could sign for any host, and says so once', () =>
    inFolder(async cwd => {
      await mkdir(join(cwd, 'data'), { mode: 0o700 })
      await writeOldCertificate(join(cwd, 'data'), Date.now())
      const start = async () => {
        const visage = await startVisage(['dev', ...anyPort, '--https'], { cwd })
        await shakeHands(
          visage,
          'localhost',
          await readFile(join(cwd, 'data/certificate.pem'), 'utf8'),
        )
        await visage.stop()
        return visage.stdout()
      }
      const told = /^data\/certificate\.pem is new: the former one could\nsign for any host/m
      assert.match(await start(), told)
      assert.doesNotMatch(await start(), told)
    }))

  test('--as answers as the hosts of a cloud, by a certificate of its own, and says how to undo it', () =>
    inFolder(async cwd => {
      const flags = ['dev', ...anyPort, '--https', '--as', 'usgov']
      const visage = await startVisage(flags, { cwd })
      const own = await readFile(join(cwd, 'data/certificate.pem'), 'utf8')
      const other = await readFile(join(cwd, 'data/as-usgov.pem'), 'utf8')
      for (const name of ['graph.microsoft.us', 'login.microsoftonline.us']) {
        await shakeHands(visage, name, other)
        await assert.rejects(
          shakeHands(visage, name, own),
          /self-signed certificate in certificate chain/,
        )
        assert.match(visage.stdout(), new RegExp(`^  127\\.0\\.0\\.1 ${name} # visage dev$`, 'm'))
      }
      await shakeHands(visage, 'localhost', own)
      await assert.rejects(
        shakeHands(visage, 'localhost', other),
        /self-signed certificate in certificate chain/,
      )
      await assert.rejects(
        shakeHands(visage, 'graph.microsoft.com', other),
        /self-signed certificate in certificate chain/,
      )
      assert.match(visage.stdout(), /real\ncookies, secrets and passwords/)
      const key = await stat(join(cwd, 'data/as-usgov-key.pem'))
      if (process.platform !== 'win32') assert.equal(key.mode & 0o777, 0o600)

      const { port } = new URL(visage.origin)
      const token = await runVisage(['token', '--port', port], { cwd })
      assert.equal(token.code, 0, token.stderr)
      const reset = await runVisage(['reset', '--url', visage.origin], { cwd })
      assert.equal(reset.code, 0, reset.stderr)

      const before = visage.stdout()
      assert.deepEqual(await visage.stop(), { code: 0, signal: null })
      assert.match(
        visage.stdout().slice(before.length),
        /^\nTo undo the hosts lines[\s\S]+To undo the trust/,
      )
    }))

  test('--as says how to undo it before it waits for requests, since a second signal ends it at once', () =>
    inFolder(async cwd => {
      const flags = ['dev', ...anyPort, '--memory', '--https', '--as', 'usgov']
      const visage = await startVisage(flags, { cwd, env: { HOME: cwd } })
      const at = { port: Number(new URL(visage.origin).port), host: '127.0.0.1' }
      const socket = connect({ ...at, rejectUnauthorized: false })
      const head = 'Host: localhost\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n'
      const order = `POST /_visage/token HTTP/1.1\r\n${head}`
      socket.write(`${order}{}${order}`)
      await once(socket, 'data')
      const before = visage.stdout()
      visage.send('SIGINT')
      while (await isListening(at)) await delay(5)
      visage.send('SIGINT')
      assert.equal((await visage.ended).code, 130)
      assert.match(visage.stdout().slice(before.length), /^\nTo undo the hosts lines/)
      socket.destroy()
    }))

  const refusals: readonly (readonly [args: readonly string[], RegExp])[] = [
    [['--as', 'global'], /--as global needs --https/],
    [['--https', '--as', 'globl'], /global, usgov, usgov-dod, china\. Did you mean global\?/],
    [['--https', '--as', 'germany'], /The clouds are global, usgov, usgov-dod, china\./],
    [['--https', '--as', 'global', '--as', 'china'], /one cloud only/],
    [['--https', '--as', 'global', '--host', '0.0.0.0'], /loopback only/],
    [['--https', '--as', 'global', '--host', 'graph.microsoft.com'], /loopback only/],
    [['--redirect-uri', 'app.example'], /http or https address/],
    [['--redirect-uri', 'javascript:alert(1)'], /http or https address/],
    [['--redirect-uri', 'https://app.example/#here'], /without a #/],
    [['--redirect-uri', 'https://*.app.example/here'], /without a #, \* or space/],
    [['--redirect-uri', ' https://app.example/here'], /without a #, \* or space/],
  ]
  for (const [args, pattern] of refusals) {
    test(`refuses ${args.join(' ')}, and leaves nothing behind`, () =>
      inFolder(async cwd => {
        const { code, stderr } = await runVisage(['dev', ...args], { cwd })
        assert.equal(code, 2, stderr)
        assert.match(stderr, pattern)
        assert.deepEqual(await readdir(cwd), [])
      }))
  }

  test('--memory --https has the certificate of the last start, in a folder of the user', () =>
    inFolder(async cwd => {
      const place = { cwd, env: { HOME: cwd } }
      const file = join(cwd, '.visage/certificate.pem')
      const start = async () => {
        const visage = await startVisage(['dev', ...anyPort, '--memory', '--https'], place)
        await shakeHands(visage, 'localhost', await readFile(file, 'utf8'))
        await visage.stop()
        assert.match(visage.stdout(), /^Certificate: \.visage\/certificate\.pem$/m)
        return await readFile(file, 'utf8')
      }
      assert.equal(await start(), await start())
      assert.deepEqual((await readdir(join(cwd, '.visage'))).toSorted(), [
        'certificate-key.pem',
        'certificate.pem',
      ])
      assert.equal((await stat(join(cwd, '.visage/certificate-key.pem'))).mode & 0o077, 0)
    }))

  test('--https starts without a place for its certificate that stays', () =>
    inFolder(async cwd => {
      const home = join(cwd, 'a file')
      await writeFile(home, '')
      const flags = ['dev', ...anyPort, '--memory', '--https']
      const visage = await startVisage(flags, { cwd, env: { HOME: home } })
      await visage.stop()
      assert.match(visage.stdout(), /^Certificate: \S*visage-\w+\/certificate\.pem$/m)
    }))

  test('--strict-content-type accepts only image/jpeg', () =>
    inFolder(async cwd => {
      const flags = ['--memory', '--strict-content-type']
      const visage = await startVisage(['dev', ...anyPort, ...flags], { cwd })
      try {
        const token = await tokenOf(visage)
        const jpeg = await portraitJpeg({ width: 200, height: 200 })
        assert.equal((await upload(visage, token, jpeg, 'application/octet-stream')).status, 415)
        const png = await portraitPng({ width: 200, height: 200 })
        assert.equal((await upload(visage, token, png, 'image/png')).status, 415)
        assert.equal((await upload(visage, token, jpeg, 'image/jpeg')).status, 200)
      } finally {
        await visage.stop()
      }
    }))

  test('--throttle limits an application, and an invalid value is named', () =>
    inFolder(async cwd => {
      const flags = ['--memory', '--throttle', 'requests=1/60s']
      const visage = await startVisage(['dev', ...anyPort, ...flags], { cwd })
      try {
        const token = await tokenOf(visage)
        const jpeg = await portraitJpeg({ width: 200, height: 200 })
        assert.equal((await upload(visage, token, jpeg, 'image/jpeg')).status, 200)
        const refused = await upload(visage, token, jpeg, 'image/jpeg')
        assert.equal(refused.status, 429)
        assert.match(refused.headers.get('retry-after') ?? '', /^6\d$/)
      } finally {
        await visage.stop()
      }
      const wrong = await runHere(['dev', ...anyPort, '--throttle', 'often'], { cwd })
      assert.equal(wrong.code, 2)
      assert.match(wrong.stderr, /--throttle\): 'often' is not off, graph, or any of requests=/)
    }))

  test('reports that its data cannot be opened', () =>
    inFolder(async cwd => {
      await writeFile(join(cwd, 'taken'), 'a file where a folder should be')
      const { code, stderr } = await runVisage(['dev', ...anyPort, '--data', 'taken'], { cwd })
      assert.equal(code, 1)
      assert.match(stderr, /^visage: .*taken/)
      assert.doesNotMatch(stderr, /\n +at /)
    }))
})

async function tokenOf(visage: Running, user = 'alice'): Promise<string> {
  const scopes = 'User.ReadWrite ProfilePhoto.ReadWrite.All'
  const answer = await fetch(`${visage.origin}/_visage/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ user, scopes }),
  })
  const { access_token } = (await answer.json()) as { access_token: string }
  return access_token
}

async function call(visage: Running, token: string, method: string): Promise<Response> {
  const headers = { authorization: `Bearer ${token}` }
  return await fetch(`${visage.origin}/v1.0/me/photo/$value`, { method, headers })
}

async function upload(
  visage: Running,
  token: string,
  picture: Uint8Array,
  type = 'image/jpeg',
): Promise<Response> {
  return await fetch(`${visage.origin}/v1.0/me/photo/$value`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${token}`, 'content-type': type },
    body: Uint8Array.from(picture),
  })
}

/** An upload of which half has arrived, on a keep-alive connection. */
async function beginUpload({ origin }: Running, token: string, picture: Uint8Array) {
  const agent = new Agent({ keepAlive: true })
  const sending = request(`${origin}/v1.0/me/photo/$value`, {
    method: 'PUT',
    agent,
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'image/jpeg',
      'content-length': picture.length,
      expect: '100-continue',
    },
  })
  const answered = once(sending, 'response')
  sending.flushHeaders()
  await once(sending, 'continue')
  sending.write(picture.subarray(0, picture.length / 2))
  return {
    async finish(): Promise<number | undefined> {
      sending.end(picture.subarray(picture.length / 2))
      const [response] = await answered
      response.resume()
      return response.statusCode
    },
    hangUp: () => agent.destroy(),
  }
}

async function expectPhoto(visage: Running, token: string, picture: Uint8Array): Promise<void> {
  const answer = await call(visage, token, 'GET')
  assert.equal(answer.status, 200)
  await expectAlike(await answer.bytes(), picture)
}

async function expectAlike(photo: Uint8Array, picture: Uint8Array): Promise<void> {
  assert.ok(distance(await dHash(photo), await dHash(picture)) <= 4)
}

/** Before that, a removed demo photo may be set again. */
async function demoPhotosSet(cwd: string): Promise<void> {
  while (!existsSync(join(cwd, 'data/demo-photos-set'))) await delay(20)
}

/** Resolves when the certificate is trusted and valid for the name. */
async function shakeHands({ origin }: Running, name: string, ca: string): Promise<void> {
  const socket = connect({
    host: '127.0.0.1',
    port: Number(new URL(origin).port),
    ca,
    ...(isIP(name)
      ? {
          checkServerIdentity: (_: string, cert: PeerCertificate) =>
            checkServerIdentity(name, cert),
        }
      : { servername: name }),
  })
  await once(socket, 'secureConnect')
  socket.destroy()
}

function childrenOf(pid: number): string {
  return `/proc/${pid}/task/${pid}/children`
}
