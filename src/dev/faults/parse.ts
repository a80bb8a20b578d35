/**
 * A sentence -> a rule: "429 on PUT users/{any}/photo for 10% seed 7". docs/faults.md describes the
 * grammar. An error marks the word, and has the expected form and an example.
 */

import { Failure } from '../../failure.ts'
import { ConfigError } from '../../settings/setting.ts'
import { findMismatch, isSpecial, operationsAt, type Pattern, readPattern } from './pattern.ts'
import type { Effect, Frequency, Rule } from './rule.ts'

const examples = {
  refuse: '429 on PUT users/*/photo/$value for 10% seed 7',
  delay: 'delay 300ms on GET */photo/$value',
  cut: 'cut on PUT me/photo/$value first 1',
  late: 'visible after 5s on PUT users/*/photo/$value',
} as const satisfies Record<Effect['kind'], string>

const methods = ['GET', 'HEAD', 'PUT', 'PATCH', 'POST', 'DELETE'] as const
/** The bytes of a replaced photo are kept for an hour, and readers need them for as long. */
const longestMs = 600_000

/** Throws ConfigError. */
export function parseFault(text: string): Rule {
  const words = createWords(text)
  const effect = readEffect(words)
  words.expect('on', examples[effect.kind])
  const named = readMethods(words, effect)
  const pattern = readAddress(words, effect, named)
  const frequency = readFrequency(words, effect)
  return { text, effect, methods: named, pattern, frequency }
}

type Word = Readonly<{ text: string; at: number }>
type Refusal = (word: Word, problem: string, example?: string) => ConfigError

type Words = Readonly<{
  /** The next word; empty at the end. */
  take: () => Word
  /** Takes the next word when it is this one. */
  skip: (text: string) => boolean
  expect: (text: string, example: string) => void
  refuse: Refusal
}>

function createWords(text: string): Words {
  const words: Word[] = [...text.matchAll(/\S+/g)].map(({ 0: word, index: at }) => ({
    text: word,
    at,
  }))
  const end = { text: '', at: text.trimEnd().length + 1 }
  let next = 0
  const refuse: Refusal = (word, problem, example = examples.refuse) => {
    const mark = ' '.repeat(word.at) + '^'.repeat(Math.max(1, word.text.length))
    return new ConfigError(
      `The fault cannot be read:\n  ${text.replaceAll(/\s/g, ' ')}\n  ${mark}\n${problem}\nFor example: ${example}`,
    )
  }
  const skip = (wanted: string) => {
    const isNext = words[next]?.text.toLowerCase() === wanted
    if (isNext) next++
    return isNext
  }
  return {
    take: () => words[next++] ?? end,
    skip,
    expect(wanted, example) {
      if (!skip(wanted))
        throw refuse(words[next] ?? end, `Here the word '${wanted}' is expected.`, example)
    },
    refuse,
  }
}

function readEffect(words: Words): Effect {
  const word = words.take()
  switch (word.text.toLowerCase()) {
    case 'delay':
      return { kind: 'delay', ms: readDuration(words, examples.delay) }
    case 'cut':
      return { kind: 'cut', before: words.skip('answer') ? 'answer' : 'request' }
    case 'visible':
      words.expect('after', examples.late)
      return { kind: 'late', ms: readDuration(words, examples.late) }
  }
  if (!/^\d+$/.test(word.text)) {
    throw words.refuse(
      word,
      `A fault begins with what happens: a status such as 429, 'delay', 'cut' or 'visible after'.`,
    )
  }
  const status = Number(word.text)
  if (status < 400 || status > 599) throw words.refuse(word, 'A status is from 400 to 599.')
  return { kind: 'refuse', status, retryAfterSeconds: readRetryAfter(words, status) }
}

/** Throttled and overloaded services send Retry-After; so do these, short enough for a test. */
function readRetryAfter(words: Words, status: number): number | undefined {
  if (!words.skip('retry')) return status === 429 || status === 503 ? 1 : undefined
  const example = '503 retry after 5s on GET */photo/$value first 2'
  words.expect('after', example)
  return Math.ceil(readDuration(words, example) / 1000)
}

const unitsMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, min: 60_000 }

function readDuration(words: Words, example: string): number {
  const word = words.take()
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)(ms|s|min)$/i.exec(word.text) ?? []
  const ms = Math.round(Number(number) * (unitsMs[unit.toLowerCase()] ?? 0))
  if (ms >= 1 && ms <= longestMs) return ms
  throw words.refuse(word, 'A time is like 300ms, 5s or 2min, 10min at most.', example)
}

function readMethods(words: Words, effect: Effect): ReadonlySet<string> | undefined {
  const word = words.take()
  if (word.text === '*') return undefined
  const named = word.text.toUpperCase().split(',')
  const odd = named.find(name => !(methods as readonly string[]).includes(name))
  if (odd === undefined) return new Set(named)
  throw words.refuse(
    word,
    `${odd === '' ? 'A method is missing' : `'${odd}' is no method`}: one of ${methods.join(', ')}, several with commas and no spaces, or * for any.`,
    examples[effect.kind],
  )
}

function readAddress(
  words: Words,
  effect: Effect,
  named: ReadonlySet<string> | undefined,
): Pattern {
  const word = words.take()
  const refuse = (problem: string) => words.refuse(word, problem, examples[effect.kind])
  if (word.text === '') {
    throw refuse(
      'Here an address is expected, with * for any segment: me/photo/$value, users/*/photo.',
    )
  }
  // A shell turns "me/photo/$value" into me/photo/.
  if (word.text.endsWith('/')) {
    throw refuse(
      'An address does not end in a slash. In double quotes a shell takes $value for a variable: use single quotes.',
    )
  }
  if (word.text.includes('?')) throw refuse('An address has no query here.')
  const pattern = patternOf(word.text, refuse)
  const problem = whyImpossible(pattern, effect, named)
  if (problem !== undefined) throw refuse(problem)
  return pattern
}

function patternOf(text: string, refuse: (problem: string) => ConfigError): Pattern {
  try {
    return readPattern(text)
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    throw refuse(`This address cannot be read: ${String(error.facts.reason ?? error.code)}.`)
  }
}

/** A rule that can never apply is a typing mistake, which a passing test would hide. */
function whyImpossible(
  pattern: Pattern,
  effect: Effect,
  named: ReadonlySet<string> | undefined,
): string | undefined {
  if (isSpecial(pattern) && effect.kind !== 'late') return undefined
  const possible = methods.filter(method => operationsAt(pattern, method).length > 0)
  if (possible.length === 0) return describeMismatch(pattern)
  const asked = named === undefined ? possible : [...named]
  const odd = asked.find(method => !(possible as readonly string[]).includes(method))
  if (odd !== undefined) return `There is no ${odd} at this address, only ${possible.join(', ')}.`
  if (effect.kind !== 'late') return undefined
  const isWrite = (method: string) =>
    operationsAt(pattern, method).some(({ action }) => action === 'update' || action === 'delete')
  return asked.some(isWrite)
    ? undefined
    : "'visible after' is for what changes a photo: PUT, PATCH or DELETE."
}

function describeMismatch(pattern: Pattern): string {
  const { segment, known } = findMismatch(pattern)
  if (pattern.segments[0] === '*' || segment === '') return 'No address of Visage ends like this.'
  return `No address of Visage has '${segment}' there. Known there: ${known.join(', ') || 'nothing more'}.`
}

function readFrequency(words: Words, effect: Effect): Frequency {
  const word = words.take()
  const example = examples[effect.kind]
  switch (word.text.toLowerCase()) {
    case '':
      return { kind: 'always' }
    case 'for':
      return readShare(words, example)
    case 'every':
      return endOf(words, { kind: 'every', nth: readCount(words, 'every 3rd') })
    case 'first':
      return endOf(words, { kind: 'first', count: readCount(words, 'first 2') })
    case 'seed':
      throw words.refuse(
        word,
        "A seed has a meaning only after a share: 'for 10% seed 7'.",
        example,
      )
    default:
      throw words.refuse(
        word,
        "Here 'for 10%', 'every 3rd', 'first 2' or the end is expected.",
        example,
      )
  }
}

function readShare(words: Words, example: string): Frequency {
  const word = words.take()
  const share = Number(/^(\d+(?:\.\d+)?)%$/.exec(word.text)?.[1] ?? Number.NaN) / 100
  if (!(share > 0 && share <= 1)) {
    throw words.refuse(word, 'A share is like 10%: more than 0%, 100% at most.', example)
  }
  if (!words.skip('seed')) return endOf(words, { kind: 'share', share, seed: 0 })
  const seedWord = words.take()
  const seed = /^\d{1,10}$/.test(seedWord.text) ? Number(seedWord.text) : Number.NaN
  if (seed < 2 ** 32) return endOf(words, { kind: 'share', share, seed })
  throw words.refuse(seedWord, 'A seed is a whole number below 4294967296.', example)
}

function readCount(words: Words, like: string): number {
  const word = words.take()
  const count = Number(/^([1-9]\d{0,5})(?:st|nd|rd|th)?$/i.exec(word.text)?.[1] ?? Number.NaN)
  if (count >= 1) return count
  throw words.refuse(word, `A number from 1 to 999999 is expected, as in '${like}'.`)
}

function endOf(words: Words, frequency: Frequency): Frequency {
  const word = words.take()
  if (word.text === '') return frequency
  throw words.refuse(word, 'The fault ends before this word: it says one thing, once.')
}
