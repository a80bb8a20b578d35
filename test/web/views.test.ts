/** Which view an address leads to, and what stands for a person without a picture. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { addressBelow } from '../../web/src/address-below.ts'
import { initialsOf, toneOf } from '../../web/src/ui/initials.ts'
import { findView } from '../../web/src/views/find-view.ts'

const views = [
  { path: '/', mode: 'any' },
  { path: '/people', mode: 'any' },
  { path: '/people/{id}', mode: 'any' },
  { path: '/tokens', mode: 'dev' },
] as const

describe('an address', () => {
  const cases = [
    ['/', 'serve', '/', {}],
    ['/people', 'serve', '/people', {}],
    ['/people/', 'serve', '/people', {}],
    ['/people/42', 'serve', '/people/{id}', { id: '42' }],
    ['/people/a%20b%2Fc', 'serve', '/people/{id}', { id: 'a b/c' }],
    ['/people/%', 'serve', '/people/{id}', { id: '%' }],
    ['/people/__proto__', 'serve', '/people/{id}', { id: '__proto__' }],
    ['/tokens', 'dev', '/tokens', {}],
  ] as const
  for (const [path, mode, view, parameters] of cases) {
    test(`${path} leads to ${view} in ${mode}`, () => {
      const found = findView(views, path, mode)
      assert.deepEqual([found?.view.path, found?.parameters], [view, parameters])
    })
  }

  for (const [path, mode] of [
    ['/tokens', 'serve'],
    ['/people/1/2', 'dev'],
    ['/People', 'dev'],
    ['/nothing', 'dev'],
  ] as const) {
    test(`${path} leads nowhere in ${mode}`, () => {
      assert.equal(findView(views, path, mode), undefined)
    })
  }
})

describe('the address of a path', () => {
  const base = 'https://photos.example/below/'
  const paths = [
    '/groups#1',
    '//evil.example',
    '/\\evil.example',
    '/https://evil.example',
    'javascript:1',
    '',
  ]
  for (const path of paths) {
    test(`${JSON.stringify(path)} is below the base address`, () => {
      assert.ok(addressBelow(base, path).startsWith(base), addressBelow(base, path))
    })
  }
})

describe('someone without a picture', () => {
  const names = [
    ['Alice Öberg', 'AÖ'],
    ['Ingrid-Marie Ødegård', 'IØ'],
    ['Jean Paul van Dam', 'JD'],
    ['Zoë (External)', 'Z'],
    ['陈思远', '思远'],
    ['陈 思远', '思远'],
    ['Reception', 'R'],
    ['"Bob" O’Hara', 'BO'],
    ['🎉', ''],
    ['', ''],
    ['   ', ''],
  ] as const
  for (const [name, initials] of names) {
    test(`called '${name}' has the letters '${initials}'`, () => {
      assert.equal(initialsOf(name), initials)
    })
  }

  test('has a colour that stays theirs', () => {
    assert.deepEqual(toneOf('Alice Öberg'), toneOf('Alice Öberg'))
    assert.notDeepEqual(toneOf('Alice Öberg'), toneOf('Bob Adeyemi'))
  })
})
