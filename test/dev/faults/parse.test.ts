/** Sentences for faults: how they are read, and how a mistake in one is shown. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { parseFault } from '../../../src/dev/faults/parse.ts'
import type { Effect, Frequency } from '../../../src/dev/faults/rule.ts'
import { ConfigError } from '../../../src/settings/setting.ts'

const refuse = (status: number, retryAfterSeconds?: number): Effect => ({
  kind: 'refuse',
  status,
  retryAfterSeconds,
})
const always: Frequency = { kind: 'always' }

const readings: readonly (readonly [string, Effect, Frequency])[] = [
  [
    '429 on PUT users/*/photo for 10% seed 7',
    refuse(429, 1),
    { kind: 'share', share: 0.1, seed: 7 },
  ],
  ['503 retry after 1500ms on GET *', refuse(503, 2), always],
  ['500 on * */photo/$value every 3rd', refuse(500), { kind: 'every', nth: 3 }],
  ['404 on GET,HEAD me/photo first 2', refuse(404), { kind: 'first', count: 2 }],
  ['DELAY 300ms ON get */photo/$value', { kind: 'delay', ms: 300 }, always],
  ['delay 1.5s on POST $batch', { kind: 'delay', ms: 1500 }, always],
  ['cut on PUT me/photo/$value', { kind: 'cut', before: 'request' }, always],
  ['cut answer on PATCH me/photo/$value', { kind: 'cut', before: 'answer' }, always],
  ['visible after 5s on PUT users/*/photo/$value', { kind: 'late', ms: 5000 }, always],
  ['visible after 2min on DELETE groups/*/photo', { kind: 'late', ms: 120_000 }, always],
  [
    "  502   on GET /beta/users('*')/photos/48x48/$value for 0.5% ",
    refuse(502),
    { kind: 'share', share: 0.005, seed: 0 },
  ],
  [
    '500 on GET me/contactFolders/a/childFolders/b/childFolders/c/contacts/*/photo',
    refuse(500),
    always,
  ],
]

/** The sentence, the word that is marked, and the message. */
const mistakes: readonly (readonly [string, string, RegExp])[] = [
  ['', '', /begins with what happens/],
  ['slow on GET me', 'slow', /'delay'/],
  ['200 on GET me', '200', /from 400 to 599/],
  ['429 retry 5s on GET me', '5s', /'after' is expected/],
  ['429 GET me/photo', 'GET', /'on' is expected/],
  ['delay 300 on GET me', '300', /like 300ms, 5s/],
  ['delay 11min on GET me', '11min', /10min at most/],
  ['visible in 5s on PUT me/photo', 'in', /'after' is expected/],
  ['429 on PUTT me/photo/$value', 'PUTT', /'PUTT' is no method/],
  ['429 on GET, me/photo', 'GET,', /A method is missing/],
  ['429 on GET', '', /an address is expected/],
  ['429 on GET users/*/foto', 'users/*/foto', /'foto' there. Known there: photo, photos,/],
  ['429 on GET user/*/photo', 'user/*/photo', /'user' there. Known there: me, users, groups,/],
  ['429 on GET */foto', '*/foto', /ends like this/],
  ['429 on GET me/photo/', 'me/photo/', /single quotes/],
  ['429 on GET me//photo', 'me//photo', /an empty segment/],
  ['429 on GET me/photo?$select=id', 'me/photo?$select=id', /no query/],
  ['429 on PATCH teams/*/photo/$value', 'teams/*/photo/$value', /no PATCH .* only GET, HEAD, PUT/],
  ['visible after 5s on GET me/photo', 'me/photo', /PUT, PATCH or DELETE/],
  ['visible after 5s on * users', 'users', /PUT, PATCH or DELETE/],
  ['429 on GET me always', 'always', /'for 10%', 'every 3rd', 'first 2' or the end/],
  ['429 on GET me seed 7', 'seed', /only after a share/],
  ['429 on GET me for 10', '10', /like 10%/],
  ['429 on GET me for 0%', '0%', /more than 0%/],
  ['429 on GET me for 101%', '101%', /100% at most/],
  ['429 on GET me for 10% seed x', 'x', /whole number/],
  ['429 on GET me every 0th', '0th', /from 1 to/],
  ['429 on GET me first', '', /'first 2'/],
  ['429 on GET me first 2 every 3rd', 'every', /one thing, once/],
]

describe('a fault', () => {
  for (const [text, effect, frequency] of readings) {
    test(`is read: ${text}`, () => {
      const rule = parseFault(text)
      assert.deepEqual([rule.text, rule.effect, rule.frequency], [text, effect, frequency])
    })
  }

  for (const [text, word, words] of mistakes) {
    test(`is refused with a mark under '${word}': ${text}`, () => {
      assert.throws(
        () => parseFault(text),
        error => {
          assert.ok(error instanceof ConfigError)
          const [, shown = '', mark = ''] = error.message.split('\n')
          assert.equal(shown.trim(), text.trim())
          assert.equal(shown.slice(mark.indexOf('^'), mark.lastIndexOf('^') + 1), word)
          assert.match(error.message, words)
          const example = /For example: (.*)$/.exec(error.message)?.[1] ?? ''
          assert.equal(parseFault(example).text, example)
          return true
        },
      )
    })
  }
})
