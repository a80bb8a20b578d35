/**
 * Addresses are read before any token is checked, so anyone can send any text: each is read in one way or refused, and
 * every spelling of one address is the same address.
 */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { Failure } from '../../src/failure.ts'
import { parseAddress } from '../../src/graph/request/address.ts'
import { match, routes } from '../../src/graph/routes.ts'

const methods = ['GET', 'HEAD', 'PUT', 'PATCH', 'POST', 'DELETE', 'OPTIONS', 'PROPFIND', '']
const readAs = (url: string, method: string) => match(parseAddress(url), method)

/** Keys as directories have them, and as attackers would. */
const key = fc.oneof(
  fc.uuid(),
  fc.string({ minLength: 1, maxLength: 40, unit: 'grapheme' }),
  fc.constantFrom("o'neill@visage.example", 'a#EXT#@visage.example', '../../etc', 'a b', '%'),
)
/**
 * A double-encoded '#' is read as '#', so a key with a literal %23 is the same; and a segment that begins with $ is a key
 * only in parentheses.
 */
const plainKey = key.filter(text => !text.includes('%23') && !text.startsWith('$'))

describe('addresses', () => {
  test('any text is read or refused as a failure of its own', () => {
    const url = fc.oneof(
      fc.string({ maxLength: 300 }),
      fc.webPath(),
      fc
        .array(
          fc.oneof(fc.constantFrom('v1.0', 'beta', 'me', 'users', 'photo', '$value'), fc.string()),
        )
        .map(parts => `/${parts.join('/')}`),
    )
    fc.assert(
      fc.property(url, fc.constantFrom(...methods), (text, method) => {
        try {
          readAs(text, method)
        } catch (error) {
          assert.ok(error instanceof Failure, String(error))
        }
      }),
      { numRuns: 3000 },
    )
  })

  test('a key means the same encoded once, between parentheses, and under any letter case', () => {
    fc.assert(
      fc.property(plainKey, fc.boolean(), (name, isBeta) => {
        const version = isBeta ? 'beta' : 'v1.0'
        const once = encodeURIComponent(name)
        const quoted = encodeURIComponent(name.replaceAll("'", "''"))
        const found = readAs(`/${version}/users/${once}/photo/$value`, 'PUT')
        for (const url of [
          `/${version}/USERS/${once}/Photo/%24value`,
          `/${version}/users/${once}/photo/$value/`,
          `/${version}/users('${quoted}')/photo/$value`,
          `/${version.toUpperCase()}/users(userPrincipalName='${quoted}')/photo/$value?$select=id`,
        ]) {
          assert.deepEqual(readAs(url, 'PUT'), found, url)
        }
        // A key may itself look like a name with a key in parentheses; otherwise it arrives unchanged.
        if (!/^[A-Za-z]+\(.*'\)$/s.test(name))
          assert.equal(found.user ?? 'me', found.isMe ? 'me' : name)
      }),
    )
  })

  test('a guest is found under a # that was encoded once or twice', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z_.]{1,20}$/), name => {
        const guest = `${name}#EXT#@visage.example`
        const once = encodeURIComponent(guest)
        assert.equal(readAs(`/v1.0/users/${once}/photo`, 'GET').user, guest)
        assert.equal(
          readAs(`/v1.0/users/${once.replaceAll('%23', '%2523')}/photo`, 'GET').user,
          guest,
        )
      }),
    )
  })

  test('folders may lie as deep as they like', () => {
    fc.assert(
      fc.property(fc.array(fc.uuid(), { minLength: 1, maxLength: 30 }), fc.uuid(), (ids, id) => {
        const [first, ...rest] = ids
        const path = [
          `contactFolders/${first}`,
          ...rest.map(other => `childFolders/${other}`),
        ].join('/')
        const found = readAs(`/v1.0/me/${path}/contacts/${id}/photo/$value`, 'PATCH')
        assert.deepEqual(found.folders, ids)
        assert.equal(found.contact, id)
      }),
    )
  })

  test('every row of the table is reached by its own address, and by no method it does not name', () => {
    for (const { path, on, versions = ['v1.0', 'beta'] } of routes) {
      const url = `/${versions.at(-1)}${path.replaceAll(/\{size\}/g, '48x48').replaceAll(/\{\w+\}/g, 'x')}`
      for (const method of methods) {
        const operation = on[(method === 'HEAD' ? 'GET' : method) as keyof typeof on]
        if (operation !== undefined)
          assert.equal(readAs(url, method).operation, operation.name, url)
        else
          assert.throws(
            () => readAs(url, method),
            { code: 'method-not-allowed' },
            `${method} ${url}`,
          )
      }
    }
  })
})
