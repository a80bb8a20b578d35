/** What the mount of the page answers: HTML, assets, configuration, and what it says while there is no page. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { brotliDecompressSync } from 'node:zlib'
import { inTemporary, openStand, script, writeFiles, writePage } from './stand.ts'

const policy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='; img-src 'self' blob:; connect-src 'self'; font-src 'self'; worker-src 'self'; media-src blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
const guards = {
  'content-security-policy': policy,
  'permissions-policy': 'camera=(self), microphone=(), geolocation=()',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cross-origin-opener-policy': 'same-origin',
}

describe('the HTML', () => {
  test('is the same at every view, with its headers', () =>
    inTemporary(async folder => {
      await writePage(folder)
      const { ask } = openStand({ place: { folder } })
      const { status, headers, body } = await ask('/')
      const { etag, ...others } = headers
      assert.equal(status, 200)
      assert.match(etag ?? '', /^"[\w-]{43}"$/)
      assert.deepEqual(others, {
        'content-type': 'text/html; charset=utf-8',
        'cache-control': 'no-cache',
        ...guards,
      })
      const elsewhere = await ask('/people/5f1c?x=1')
      assert.deepEqual([elsewhere.body, elsewhere.headers.etag], [body, etag])
    }))

  test('names its files by addresses that hold at every view', () =>
    inTemporary(async folder => {
      await writePage(folder)
      const at = async (origin: string) =>
        (await openStand({ place: { folder }, origin }).ask('/')).body
      assert.match(
        String(await at('https://photos.example')),
        new RegExp(`src="/assets/${script}"`),
      )
      const below = String(await at('https://example.org/a&b"/photos'))
      assert.ok(below.includes(`src="/a&amp;b%22/photos/assets/${script}"`), below)
      assert.ok(below.includes('href="/a&amp;b%22/photos/assets/icon-BBBBbbbb.svg"'), below)
    }))

  test('is not sent again to a browser that has it', () =>
    inTemporary(async folder => {
      await writePage(folder)
      const { ask } = openStand({ place: { folder } })
      const { etag = '' } = (await ask('/')).headers
      for (const known of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
        const answer = await ask('/groups', { 'if-none-match': known })
        assert.deepEqual([answer.status, answer.body], [304, undefined], known)
        assert.deepEqual(answer.headers, { etag, 'cache-control': 'no-cache', ...guards })
      }
      for (const known of ['"other"', etag.slice(1, -1), '', ',,']) {
        assert.equal((await ask('/', { 'if-none-match': known })).status, 200, known)
      }
    }))

  test('leaves other methods to others', () =>
    inTemporary(async folder => {
      await writePage(folder)
      const { ask } = openStand({ place: { folder } })
      const statuses = ['HEAD', 'POST', 'PUT', 'OPTIONS', 'DELETE'].map(
        async method => (await ask('/', {}, method)).status,
      )
      assert.deepEqual(await Promise.all(statuses), [200, 0, 0, 0, 0])
    }))
})

describe('an asset', () => {
  test('is kept for a year, as brotli where the client takes it', () =>
    inTemporary(async folder => {
      await writePage(folder)
      const { ask } = openStand({ place: { folder } })
      const plain = await ask(`/assets/${script}`)
      const shared = {
        'content-type': 'text/javascript; charset=utf-8',
        'cache-control': 'public, max-age=31536000, immutable',
        vary: 'accept-encoding',
        'content-security-policy':
          "default-src 'none'; script-src 'self'; style-src 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'",
        'x-content-type-options': 'nosniff',
      }
      assert.deepEqual([plain.status, plain.headers], [200, shared])
      for (const accepted of ['br', 'gzip, deflate, br', 'BR;q=1.0', 'gzip;q=1, br ; q=0.5']) {
        const packed = await ask(`/assets/${script}`, { 'accept-encoding': accepted })
        assert.deepEqual(packed.headers, { ...shared, 'content-encoding': 'br' }, accepted)
        assert.ok(packed.body instanceof Uint8Array)
        assert.deepEqual(brotliDecompressSync(packed.body), plain.body)
      }
      for (const accepted of ['', 'gzip', 'br;q=0', 'br;q=0.000', 'brotli', 'x-br', 'br;q=x']) {
        const answer = await ask(`/assets/${script}`, { 'accept-encoding': accepted })
        assert.deepEqual(answer.headers, shared, accepted)
      }
    }))

  test('without a brotli copy is sent as it is', () =>
    inTemporary(async folder => {
      await writePage(folder)
      const { ask } = openStand({ place: { folder } })
      const { headers } = await ask('/assets/icon-BBBBbbbb.svg', { 'accept-encoding': 'br' })
      assert.equal(headers['content-type'], 'image/svg+xml')
      assert.equal(headers['content-encoding'], undefined)
    }))

  test('of a former version, or of a kind that a page does not have, is missing in words', () =>
    inTemporary(async folder => {
      await writePage(folder)
      const { ask } = openStand({ place: { folder } })
      for (const name of ['index-ZZZZzzzz.js', 'notes-CCCCcccc.txt', `${script}.br`]) {
        const { status, headers, body } = await ask(`/assets/${name}`)
        if (name.endsWith('.br')) assert.equal(status, 0)
        else {
          assert.deepEqual([status, headers['cache-control']], [404, 'no-store'])
          assert.match(headers['content-security-policy'] ?? '', /^default-src 'none'; frame-anc/)
          assert.match(String(body), /^This file of the page does not exist\. /)
        }
      }
    }))
})

describe('while there is no page', () => {
  const said = async (reply: Promise<{ status: number; body?: unknown }>) => {
    const { status, body } = await reply
    return [status, /<p>(.*?)[.;]/.exec(String(body))?.[1]]
  }

  test('its address says that it is being built, and loads again by itself', () =>
    inTemporary(async folder => {
      const { ask } = openStand({ place: { folder, web: folder } })
      assert.deepEqual(await said(ask('/')), [503, 'The page is being built'])
      const { headers, body } = await ask('/people/5f1c')
      assert.deepEqual(headers, {
        'content-type': 'text/html; charset=utf-8',
        'cache-control': 'no-store',
        refresh: '2',
        'retry-after': '2',
        ...guards,
        'content-security-policy': headers['content-security-policy'] ?? '',
      })
      const [, text = ''] = /<style>([\s\S]*)<\/style>/.exec(String(body)) ?? []
      const hash = createHash('sha256').update(text).digest('base64')
      assert.equal(
        headers['content-security-policy'],
        `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
      )
    }))

  test('its address says that nobody builds it, or that building failed', () =>
    inTemporary(async web => {
      const { ask } = openStand({
        place: { folder: join(web, 'dist/page'), web },
        missing: 'not built',
      })
      assert.deepEqual(await said(ask('/')), [503, 'The page is not built'])
      await writeFiles(web, { 'dist/failed.txt': 'a secret path' })
      assert.deepEqual(await said(ask('/')), [503, 'The page could not be built'])
      assert.equal((await ask('/')).headers.refresh, undefined)
      assert.ok(!String((await ask('/')).body).includes('secret'))
    }))

  test('its address says that building failed where nothing can be built', () =>
    inTemporary(async root => {
      const webs = { gone: join(root, 'gone'), closed: join(root, 'closed') }
      // A file where the folder should be: closed to the superuser, too.
      await writeFiles(webs.closed, { dist: '' })
      for (const web of Object.values(webs)) {
        const { ask } = openStand({ place: { folder: join(web, 'dist/page'), web } })
        assert.deepEqual(await said(ask('/')), [503, 'The page could not be built'])
      }
    }))

  test('it is served as soon as it is built, and anew when it is built anew', () =>
    inTemporary(async web => {
      const folder = join(web, 'dist/page')
      const { ask } = openStand({ place: { folder, web } })
      assert.equal((await ask('/')).status, 503)
      await writePage(folder)
      assert.equal((await ask(`/assets/${script}`)).status, 200)
      assert.equal((await ask('/')).status, 200)
      await writePage(join(web, 'dist/new'), 'other')
      await rm(folder, { recursive: true })
      assert.equal((await ask('/')).status, 200)
      await rename(join(web, 'dist/new'), folder)
      await ask('/')
      assert.match(String((await ask(`/assets/${script}`)).body), /other/)
    }))

  test('the page of a package is read once', () =>
    inTemporary(async folder => {
      await writePage(folder)
      const { ask } = openStand({ place: { folder } })
      assert.equal((await ask('/')).status, 200)
      await rm(folder, { recursive: true })
      const wanted = ['/', `/assets/${script}`].map(async url => (await ask(url)).status)
      assert.deepEqual(await Promise.all(wanted), [200, 200])
    }))

  test('a folder that is no page of ours is refused, in the log', () =>
    inTemporary(async folder => {
      await writeFiles(folder, { 'index.html': '<p>' })
      const files = Array.from({ length: 501 }, (_, index) => [`assets/${index}.js`, ''])
      await writeFiles(folder, Object.fromEntries(files))
      const { ask, troubles } = openStand({ place: { folder } })
      assert.equal((await ask('/')).status, 503)
      assert.match(troubles.join(), /^reading the page: Error: .* has more than 500 files$/)
    }))
})

test('the configuration says how to sign in, and is not kept', () =>
  inTemporary(async folder => {
    const { ask } = openStand({ place: { folder }, clientId: 'page' })
    const { status, headers, body } = await ask('/.well-known/visage.json')
    assert.equal(status, 200)
    assert.deepEqual(headers, {
      'content-type': 'application/json',
      'cache-control': 'no-store',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
    })
    const { scopes, ...others } = JSON.parse(String(body))
    assert.equal(scopes['User.ReadWrite'], 'User.ReadWrite')
    assert.deepEqual(others, {
      issuer: 'https://id.example/staff',
      clientId: 'page',
      parameters: {},
      mode: 'serve',
      version: '1.2.3',
    })
  }))

test('without a client id the configuration has null', () =>
  inTemporary(async folder => {
    const { body } = await openStand({ place: { folder } }).ask('/.well-known/visage.json')
    assert.equal(JSON.parse(String(body)).clientId, null)
  }))
