/** Watching the issuers in the settings: when they are contacted, and what is reported. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Failure } from '../../src/failure.ts'
import { type Report, watchIssuers } from '../../src/tokens/issuer-watch.ts'
import { keySourcesOf } from '../../src/tokens/issuers.ts'
import type { KeySource } from '../../src/tokens/key-set.ts'
import type { EntraTrust, Trust } from '../../src/tokens/trust.ts'
import { contoso, fabrikam } from '../support/test-issuer.ts'

const one: KeySource = { discovery: 'https://one.example/d', declares: [] }
const two: KeySource = { jwksUri: 'https://two.example/keys', declares: [] }
const stranger: KeySource = { jwksUri: 'https://three.example/keys', declares: [] }
const away = new Failure('signing-keys-unavailable', { detail: 'away' })

function watchThem(sources: readonly KeySource[]) {
  const asked: KeySource[] = []
  const changes: string[][] = []
  const repeats: (() => void)[] = []
  let ends = 0
  const { watch, report } = watchIssuers({
    sources,
    prepare: async source => void asked.push(source),
    changed: causes => changes.push([...causes.keys()]),
    repeat: work => {
      repeats.push(work)
      return () => {
        ends += 1
      }
    },
  })
  const repeat = () => {
    for (const work of repeats) work()
  }
  return { watch, report, asked, changes, repeat, ends: () => ends }
}

describe('issuers', () => {
  test('are asked at the start and repeatedly, until the end', () => {
    const { watch, asked, repeat, ends } = watchThem([one, two])
    assert.deepEqual(asked, [one, two])
    repeat()
    assert.deepEqual(asked, [one, two, one, two])
    watch.end()
    assert.equal(ends(), 1)
  })

  const states: readonly (readonly [
    string,
    (report: Report) => void,
    unknown,
    number,
    string[][],
  ])[] = [
    ['nobody has answered', () => {}, 'unknown', 0, []],
    ['one has answered', report => report(one, undefined), 'unknown', 0, []],
    [
      'one is away, and the other has not answered',
      report => report(two, away),
      'unavailable',
      1,
      [['https://two.example/keys']],
    ],
    [
      'all have answered',
      report => {
        report(one, undefined)
        report(two, undefined)
      },
      'ok',
      0,
      [],
    ],
    [
      'one was away, twice, and is back',
      report => {
        report(one, away)
        report(one, away)
        report(two, undefined)
        report(one, undefined)
      },
      'ok',
      0,
      [['https://one.example/d'], []],
    ],
    [
      'one is away that only a token named',
      report => {
        report(one, undefined)
        report(two, undefined)
        report(stranger, away)
      },
      'ok',
      0,
      [],
    ],
  ]
  for (const [what, happen, state, countUnavailable, told] of states) {
    test(`are ${state} when ${what}`, () => {
      const { watch, report, changes } = watchThem([one, two])
      happen(report)
      assert.equal(watch.state(), state)
      assert.equal(watch.countUnavailable(), countUnavailable)
      assert.deepEqual(changes, told)
    })
  }

  test('have no state if settings name none', () => {
    const { watch, asked } = watchThem([])
    assert.equal(watch.state(), undefined)
    assert.deepEqual(asked, [])
  })
})

describe('the issuers that settings name', () => {
  const entra: EntraTrust = {
    kind: 'entra',
    cloud: 'global',
    tenants: [contoso],
    b2cTenants: [],
    audiences: ['visage'],
    personal: false,
  }
  const oidc = (issuer: string): Trust => ({
    kind: 'oidc',
    issuers: [{ issuer }],
    audiences: ['visage'],
    tenantId: 'default',
  })
  const login = 'https://login.microsoftonline.com'
  const end = '/.well-known/openid-configuration'
  const cases: readonly (readonly [string, Trust, readonly string[]])[] = [
    ['a tenant', entra, [`${login}/${contoso}/v2.0${end}`]],
    ['any tenant', { ...entra, tenants: 'any' }, [`${login}/common/v2.0${end}`]],
    [
      'a B2C tenant',
      {
        ...entra,
        tenants: [],
        b2cTenants: [{ tenantId: fabrikam, host: 'f.b2clogin.com', policies: ['B2C_1_in'] }],
      },
      [`https://f.b2clogin.com/${fabrikam}/B2C_1_in/v2.0${end}`],
    ],
    ['an issuer', oidc('https://id.example/a'), [`https://id.example/a${end}`]],
    ['an issuer of many tenants', oidc('https://id.example/{tenantid}'), []],
  ]
  for (const [what, trust, addresses] of cases) {
    test(`are, with ${what}, ${addresses.length}`, () => {
      assert.deepEqual(
        keySourcesOf(trust).map(({ discovery }) => discovery),
        addresses,
      )
    })
  }

  test('are 32 at most', () => {
    const tenants = Array.from({ length: 100 }, () => contoso)
    assert.equal(keySourcesOf({ ...entra, tenants }).length, 32)
  })
})
