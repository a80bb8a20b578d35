/** Data URLs with any bytes, and any text where one is expected. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { base64Of, decode, lengthOf } from '../../src/scim/data-url.ts'

test('the bytes of a data URL are those that were written, and their length is known before', () => {
  const type = fc.constantFrom('image/jpeg', 'image/png', 'IMAGE/svg+xml', 'image/x-y.z')
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 400 }), type, (bytes, mediaType) => {
      const base64 = base64Of(`data:${mediaType};base64,${Buffer.from(bytes).toString('base64')}`)
      assert.ok(base64 !== undefined)
      assert.equal(lengthOf(base64), bytes.length)
      assert.deepEqual(Buffer.from(decode(base64) ?? []), Buffer.from(bytes))
    }),
  )
})

test('base64 with another character in it is refused, wherever it stands', () => {
  const bytes = fc.uint8Array({ minLength: 3, maxLength: 100 })
  const other = fc.constantFrom('*', '%', ' ', '\n', '\0', 'é', '"', ';')
  fc.assert(
    fc.property(bytes, other, fc.nat(), (some, character, position) => {
      const text = Buffer.from(some).toString('base64')
      const at = position % text.replace(/=+$/, '').length
      assert.equal(decode(text.slice(0, at) + character + text.slice(at + 1)), undefined)
    }),
  )
})

test('any other text is no data URL of a picture', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), text => {
      assert.equal(base64Of(text), undefined)
      assert.equal(base64Of(`data:text/html;base64,${text}`), undefined)
      assert.equal(base64Of(`data:image/png,${text}`), undefined)
    }),
  )
})
