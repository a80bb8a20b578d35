/** The claims that a developer is shown: without secrets, and small whatever a token contains. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readShownClaims } from '../../../src/dev/journal/shown-claims.ts'

function claimsOf(payload: string) {
  const encoded = Buffer.from(payload).toString('base64url')
  return readShownClaims(`Bearer eyJhbGciOiJub25lIn0.${encoded}.c2lnbmF0dXJl`)
}

test('claims are shown as they are', () => {
  const claims = {
    name: 'Alice',
    groups: ['a', 'b'],
    exp: 17,
    cnf: { jwk: { kty: 'EC' } },
    acct: null,
  }
  assert.deepEqual(claimsOf(JSON.stringify(claims)), claims)
})

test('a token within a claim is not shown, nor one in the name of a claim', () => {
  const inner = `eyJhbGciOiJub25lIn0.${Buffer.from('{}').toString('base64url')}.SECRET`
  const claims = claimsOf(JSON.stringify({ [inner]: inner, list: [{ [inner]: [inner] }] }))
  assert.deepEqual(claims, { '{token}': '{token}', list: [{ '{token}': ['{token}'] }] })
})

test('claims within claims end after a few, however many a token has', () => {
  const depth = 5000
  const deep = claimsOf(`{"a":${'['.repeat(depth)}${']'.repeat(depth)}}`)
  assert.equal(JSON.stringify(deep), '{"a":[[[["…"]]]]}')
  const wide = claimsOf(`{"a":[${Array(3000).fill('{}').join()}]}`)?.a
  assert.ok(Array.isArray(wide))
  assert.equal(wide.length, 301)
})

test('what is no token has no claims', () => {
  for (const payload of ['', '[]', '"a"', 'null', '{']) assert.equal(claimsOf(payload), undefined)
})
