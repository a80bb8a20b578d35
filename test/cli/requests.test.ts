/** The output of `visage dev` for each call, its faults, and `visage reset`. */
import assert from 'node:assert/strict'
import { readdir } from 'node:fs/promises'
import { request } from 'node:http'
import { describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { runHere } from '../support/command.ts'
import { inFolder, type Running, startVisage } from '../support/visage.ts'

const mine = '/v1.0/me/photo/$value'

async function withDev(
  args: readonly string[],
  work: (visage: Running, cwd: string) => Promise<void>,
): Promise<void> {
  await inFolder(async cwd => {
    const visage = await startVisage(['dev', '--port', '0', ...args], { cwd })
    try {
      await work(visage, cwd)
    } finally {
      await visage.stop()
    }
  })
}

async function tokenOf({ origin }: Running, order: object = { user: 'alice' }): Promise<string> {
  const answer = await post(origin, '/_visage/token', order)
  return ((await answer.json()) as { access_token: string }).access_token
}

const post = (origin: string, path: string, order: object, headers = {}) =>
  fetch(origin + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(order),
  })

const ask = (visage: Running, token: string, method = 'GET', path = mine) =>
  fetch(visage.origin + path, { method, headers: { authorization: `Bearer ${token}` } })

/** The lines of standard error, when there are this many. */
async function lines({ stderr }: Running, count: number): Promise<string[]> {
  for (;;) {
    const written = stderr().trimEnd().split('\n').filter(Boolean)
    if (written.length >= count) return written
    await delay(20)
  }
}

describe('visage dev', () => {
  test('prints a line for each call, and never a token', () =>
    withDev(['--memory', '--fault', '503 on GET me/photos first 1'], async visage => {
      const token = await tokenOf(visage)
      const app = await tokenOf(visage, { app: true, roles: ['User.Read.All'] })
      const old = await tokenOf(visage, { user: 'alice', lifetimeSeconds: -300 })
      const etag = (await ask(visage, token)).headers.get('etag') ?? ''
      const headers = { authorization: `Bearer ${token}`, 'if-none-match': etag }
      await fetch(visage.origin + mine, { headers })
      await ask(visage, token, 'GET', '/v1.0/me/photos')
      await ask(visage, old)
      await ask(visage, app, 'DELETE', '/beta/users/bob@visage.example/photo')
      await ask(visage, 'x'.repeat(50), 'GET', `/v1.0/me/photo?access_token=${token}`)
      const wanted = [
        /^\d\d:\d\d:\d\d +GET +\/me\/photo\/\$value +alice +200 648x648 \d+\.\d KB +\d+ ms$/,
        / alice +304 not modified /,
        / GET +\/me\/photos +alice +503 +\d+ ms +\[fault: 503 on GET me\/photos first 1\]$/,
        / - +401 token expired 5 min ago /,
        / DELETE +\/beta\/users\/bob@visage\.example\/photo +app f3a1c6de… +403 app f3a1\S+ lacks one of ProfilePhoto\.ReadWrite\.All, /,
        / GET +\/me\/photo +- +401 CompactToken/,
      ]
      const written = await lines(visage, wanted.length)
      assert.equal(written.length, wanted.length)
      for (const [index, pattern] of wanted.entries()) assert.match(written[index] ?? '', pattern)
      for (const secret of [token, app, old]) assert.ok(!visage.stderr().includes(secret))
      assert.ok(!visage.stderr().includes('\u001b'), 'colours, though this is no terminal')
    }))

  test('--log json prints objects, and --quiet nothing', async () => {
    await withDev(['--memory', '--log', 'json'], async visage => {
      await ask(visage, await tokenOf(visage))
      const entry = JSON.parse((await lines(visage, 1))[0] ?? '')
      assert.deepEqual(
        [entry.method, entry.path, entry.who, entry.status, entry.faults],
        ['GET', '/me/photo/$value', 'alice', 200, []],
      )
    })
    await withDev(['--memory', '--quiet'], async visage => {
      await ask(visage, await tokenOf(visage))
      assert.equal(visage.stderr(), '')
    })
  })

  test('refuses a fault that it cannot read, with a mark under the word and an example', () =>
    inFolder(async cwd => {
      const args = ['dev', '--fault', 'cut on GET me', '--fault', '429 on PUTT me/photo']
      const { code, stdout, stderr } = await runHere(args, { cwd })
      assert.deepEqual([code, stdout], [2, ''])
      assert.match(
        stderr,
        /^visage: .*\n {2}429 on PUTT me\/photo\n {9}\^{4}\n'PUTT'.*\nFor example: /,
      )
      assert.deepEqual(await readdir(cwd), [])
    }))
})

describe('visage reset', () => {
  const statusOf = async (visage: Running, token: string) => (await ask(visage, token)).status

  test('takes a running visage dev back to its start, also after a restart, for good', () =>
    inFolder(async cwd => {
      const faults = ['--fault', '500 on GET me first 1']
      const first = await startVisage(['dev', '--port', '0', ...faults], { cwd })
      const token = await tokenOf(first)
      const reset = async ({ origin }: Running) => {
        const { code, stdout, stderr } = await runHere(['reset', '--url', origin], { cwd })
        assert.deepEqual([code, stderr], [0, ''])
        assert.match(stdout, /demo tenant is restored/)
      }
      const picture = Buffer.from(await (await ask(first, token)).bytes())
      assert.equal((await ask(first, token, 'GET', '/v1.0/me')).status, 500)
      assert.equal((await ask(first, token, 'GET', '/v1.0/me')).status, 200)
      await ask(first, token, 'DELETE')
      await reset(first)
      assert.equal(await statusOf(first, token), 200)
      assert.equal((await ask(first, token, 'GET', '/v1.0/me')).status, 500)
      await ask(first, token, 'DELETE')
      await first.stop()

      const port = new URL(first.origin).port
      const second = await startVisage(['dev', '--port', port], { cwd })
      assert.equal(await statusOf(second, token), 404)
      await reset(second)
      await second.stop()
      const third = await startVisage(['dev', '--port', port], { cwd })
      try {
        assert.ok(picture.equals(await (await ask(third, token)).bytes()))
      } finally {
        await third.stop()
      }
    }))

  test('reports that there is nothing to reset', () =>
    inFolder(async cwd => {
      const { code, stdout, stderr } = await runHere(['reset', '--url', 'http://localhost:1'], {
        cwd,
      })
      assert.deepEqual([code, stdout], [2, ''])
      assert.match(stderr, /No `visage dev` answers at http:\/\/localhost:1/)
    }))

  test('takes no orders from web pages, by other names, or in other forms', () =>
    withDev(['--memory', '--quiet'], async visage => {
      const token = await tokenOf(visage)
      await ask(visage, token, 'DELETE')
      const path = '/_visage/reset'
      const foreign = { origin: 'https://evil.example' }
      assert.equal((await post(visage.origin, path, {}, foreign)).status, 403)
      const text = { 'content-type': 'text/plain' }
      assert.equal((await post(visage.origin, path, {}, text)).status, 415)
      assert.equal((await fetch(visage.origin + path)).status, 405)
      assert.equal(await statusUnderName(visage.origin + path, 'evil.example'), 403)
      assert.equal(await statusOf(visage, token), 404)
      assert.equal((await post(visage.origin, path, {})).status, 200)
      assert.equal(await statusOf(visage, token), 200)
    }))
})

/** fetch does not allow a chosen Host. */
function statusUnderName(url: string, host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const headers = { host, 'content-type': 'application/json' }
    request(url, { method: 'POST', headers }, response => {
      response.resume()
      resolve(response.statusCode)
    })
      .on('error', reject)
      .end('{}')
  })
}
