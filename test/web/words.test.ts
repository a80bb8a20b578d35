/**
 * The two languages of the page: the same sentences, none empty, with the same facts. How they sound is for people to judge.
 */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { en } from '../../web/src/words/en.ts'
import { explainProblem, requestIdOf } from '../../web/src/words/explain-problem.ts'
import { chooseLanguage } from '../../web/src/words/languages.ts'
import { zh } from '../../web/src/words/zh.ts'

type Sentence = Readonly<{ text: string; facts: readonly string[] }>

/** Path, such as `photo.tooSmall` -> what is written, with each fact as `⟨name⟩`. */
function listSentences(table: object, path = ''): Map<string, Sentence> {
  const sentences = new Map<string, Sentence>()
  for (const [key, value] of Object.entries(table)) {
    const here = path ? `${path}.${key}` : key
    if (typeof value === 'object') {
      for (const [name, sentence] of listSentences(value, here)) sentences.set(name, sentence)
    } else sentences.set(here, readSentence(value))
  }
  return sentences
}

function readSentence(value: unknown): Sentence {
  const facts = new Proxy({}, { get: (_target, name) => `⟨${String(name)}⟩` })
  const text = String(typeof value === 'function' ? value(facts) : value)
  return { text, facts: [...new Set(text.match(/⟨\w+⟩/g))].sort() }
}

const english = listSentences(en)
const chinese = listSentences(zh)

describe('the words of the page', () => {
  test('are the same sentences in both languages', () => {
    assert.deepEqual([...chinese.keys()].sort(), [...english.keys()].sort())
    assert.ok(english.size > 80)
  })

  test('are never empty', () => {
    const empty = [...english, ...chinese].filter(([, { text }]) => text.trim() === '')
    assert.deepEqual(empty, [])
  })

  test('name the same facts in both languages', () => {
    const differing = [...english]
      .map(([key, { facts }]) => ({ key, facts, other: chinese.get(key)?.facts }))
      .filter(({ facts, other }) => String(facts) !== String(other))
    assert.deepEqual(differing, [])
  })

  test('do not write a fact as undefined or as an object', () => {
    const broken = [...english, ...chinese].filter(([, { text }]) =>
      /undefined|NaN|\[object/.test(text),
    )
    assert.deepEqual(broken, [])
  })

  test('have Chinese punctuation beside Chinese characters', () => {
    const mixed = [...chinese].filter(([, { text }]) =>
      /[\p{Script=Han}⟩][,:;?!]|[,:;?!]\p{Script=Han}/u.test(text),
    )
    assert.deepEqual(mixed, [])
  })

  test('are Chinese in Chinese, except where names are the whole sentence', () => {
    const foreign = [...chinese]
      .filter(([, { text }]) => !/\p{Script=Han}/u.test(text))
      .map(([key]) => key)
    assert.deepEqual(foreign, ['common.productName', 'settings.version'])
  })
})

describe('the language of the page', () => {
  const cases = [
    { preferred: ['zh-TW', 'en'], language: 'zh' },
    { preferred: ['fr-FR', 'ZH-hans-CN', 'en'], language: 'zh' },
    { preferred: ['en-GB', 'zh'], language: 'en' },
    { preferred: ['sv'], language: 'en' },
    { preferred: [], language: 'en' },
    { preferred: ['constructor', '__proto__'], language: 'en' },
  ]
  for (const { preferred, language } of cases) {
    test(`is ${language} for a browser that prefers ${preferred.join(', ') || 'nothing'}`, () => {
      assert.equal(chooseLanguage(preferred), language)
    })
  }
})

describe('a problem', () => {
  const told = (facts: object) =>
    Object.assign(new Error('x'), {
      status: 0,
      code: '',
      words: '',
      requestId: undefined,
      retryAfterSeconds: undefined,
      ...facts,
    })

  test('of the page itself is told as such, and has no request id', () => {
    for (const thrown of [new TypeError('x is not a function'), 'text', undefined, null]) {
      assert.equal(explainProblem(en, thrown), en.problems.unexpected)
      assert.equal(requestIdOf(thrown), undefined)
    }
  })

  test('without a sentence of its own is told in the words of the server', () => {
    const problem = told({ kind: 'refused', code: 'Odd', words: 'The moon is full.' })
    assert.equal(explainProblem(en, problem), 'Visage did not accept this: The moon is full.')
  })

  test('that a proxy refused is told by its status', () => {
    const refused = (status: number) => explainProblem(en, told({ kind: 'refused', status }))
    assert.equal(refused(413), en.problems.tooLarge)
    assert.equal(refused(415), en.problems.unreadable)
    assert.equal(refused(418), 'Visage did not accept this: 418')
  })

  test('of a busy server says when to try again', () => {
    const problem = told({ kind: 'busy', retryAfterSeconds: 7 })
    assert.equal(explainProblem(en, problem), 'Busy. Try again in 7 s.')
    assert.equal(explainProblem(zh, problem), zh.problems.busy({ seconds: 7 }))
  })

  test('with hostile words of a server stays one sentence', () => {
    const words = `${'One of these permissions would be enough: '.repeat(50)}${'a, '.repeat(20_000)}`
    const problem = told({ kind: 'forbidden', code: 'Authorization_RequestDenied', words })
    assert.equal(explainProblem(en, problem), en.problems.forbidden)
  })
})
