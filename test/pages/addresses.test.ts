/** Which addresses are the page's, and that nearly the same addresses are not. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { wantedAt } from '../../src/pages/addresses.ts'

describe('an address of the page', () => {
  for (const path of ['/', '/groups', '/contacts', '/settings', '/people', '/people/5f1c-2']) {
    test(`${path} is a view, with a query too`, () => {
      for (const url of [path, `${path}?code=a&state=b`, `${path}?`]) {
        assert.deepEqual([wantedAt(url, 'serve'), wantedAt(url, 'dev')], ['html', 'html'], url)
      }
    })
  }
  for (const path of ['/requests', '/tokens']) {
    test(`${path} is a view for developers only`, () => {
      assert.deepEqual([wantedAt(path, 'serve'), wantedAt(path, 'dev')], [undefined, 'html'])
    })
  }
  test('an asset is named by its file', () => {
    for (const name of ['index-B4kX_9aZ.js', 'my.worker-abcd-123.js', 'icon-a1B2c3D4.svg']) {
      assert.deepEqual(wantedAt(`/assets/${name}?x`, 'serve'), { asset: name })
    }
  })
  test('the configuration is where it is announced', () => {
    assert.equal(wantedAt('/.well-known/visage.json', 'serve'), 'config')
  })
})

const others = [
  '',
  '*',
  '//',
  '/.',
  '/index.html',
  '/Groups',
  '/groups/',
  '/groups/5f1c',
  '/people/',
  '/people/5f1c/photo',
  '/people//',
  '/%70eople',
  '/settings%3f',
  '/assets',
  '/assets/',
  '/assets/index.js',
  '/assets/..%2findex-B4kX_9aZ.js',
  '/assets/../index-B4kX_9aZ.js',
  '/assets/a/index-B4kX_9aZ.js',
  '/assets/index-B4kX_9aZ.js%00.svg',
  '/assets/index-B4kX_9aZ',
  '/.well-known/visage.json/',
  '/.well-known/openid-configuration',
  '/v1.0',
  '/v1.0/people',
  '/beta/me',
  '/scim/v2',
  '/healthz',
  '/openapi.json',
  '/_visage/requests',
]

test('other addresses are not the page’s', () => {
  for (const url of others) assert.equal(wantedAt(url, 'dev'), undefined, url)
})
