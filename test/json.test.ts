/**
 * The cost of a JSON body before it is accepted. Memory is the amount taken; time is the longest hold of the event loop,
 * compared with a normal batch in the same process.
 */
import assert from 'node:assert/strict'
import { describe, mock, test } from 'node:test'
import fc from 'fast-check'
import { Failure } from '../src/failure.ts'
import { parseJson } from '../src/json.ts'
import { scanJson, sliceBytes } from '../src/json-scan.ts'
import { honestWork, longestHold } from './support/longest-hold.ts'

const megabyte = 1024 * 1024

function batchWith(part: string): Buffer {
  return Buffer.from(`{"requests":[{"id":"1","method":"GET","url":"/me",${part}}]}`)
}

function repeated(count: number, text: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => text(index)).join(',')
}

const hostile: Readonly<Record<string, readonly [body: Buffer, reason: RegExp]>> = {
  '2,000,000 ids in dependsOn': [
    batchWith(`"dependsOn":[${repeated(2_000_000, () => '"1"')}]`),
    /holds more than 30000 values/,
  ],
  '600,000 headers': [
    batchWith(`"headers":{${repeated(600_000, index => `"x${index}":""`)}}`),
    /holds more than 30000 values/,
  ],
  '3.9 million brackets': [
    batchWith(`"body":${'['.repeat(1_950_000)}${']'.repeat(1_950_000)}`),
    /nested more than 64 deep/,
  ],
  '1.3 million lists side by side': [
    batchWith(`"body":[${repeated(1_300_000, () => '[]')}]`),
    /holds more than 30000 values/,
  ],
  '4 million escapes': [
    batchWith(`"body":"${'\\n'.repeat(4 * megabyte - 50)}"`),
    /holds more than 500000 escapes/,
  ],
}

async function refusal(work: Promise<unknown>): Promise<Failure> {
  const failure = await work.catch((error: unknown) => error)
  assert.ok(failure instanceof Failure, `not refused: ${failure}`)
  return failure
}

describe('a body of JSON', () => {
  for (const [what, [body, reason]] of Object.entries(hostile)) {
    test(`with ${what} is refused before it is parsed or takes memory`, async () => {
      const parse = mock.method(JSON, 'parse')
      const taken: number[] = []
      try {
        const failure = await refusal(parseJson(body, bytes => taken.push(bytes)))
        assert.equal(failure.code, 'json-refused')
        assert.match(String(failure.facts.reason), reason)
      } finally {
        parse.mock.restore()
      }
      assert.equal(parse.mock.callCount(), 0)
      assert.deepEqual(taken, [])
    })

    test(`with ${what} does not hold the event loop longer than a normal one`, async () => {
      const hold = await longestHold(() => refusal(parseJson(body, () => {})))
      const honest = await honestWork()
      assert.ok(hold < 2 * honest, `${hold} ms beside ${honest} ms`)
    })
  }

  const honest: Readonly<Record<string, Buffer>> = {
    'one photo in base64': batchWith(`"body":"${'A'.repeat(8 * megabyte - 100)}"`),
    'texts in another script': batchWith(`"body":"${'語'.repeat((8 * megabyte) / 3 - 100)}"`),
    'white space': batchWith(`"body":${' '.repeat(8 * megabyte - 100)}1`),
    digits: batchWith(`"body":${'1'.repeat(8 * megabyte - 100)}`),
    'as many values as allowed': batchWith(
      `"body":[${repeated(29_900, () => `"${'a'.repeat(270)}"`)}]`,
    ),
    'as many names as allowed': batchWith(
      `"body":{${repeated(14_900, index => `"${'a'.repeat(500)}${index}":1`)}}`,
    ),
  }
  for (const [what, body] of Object.entries(honest)) {
    test(`of 8 MB of ${what} is read in pieces, none of them long`, async () => {
      const hold = await longestHold(() => parseJson(body, () => {}))
      // The one piece that cannot be cut is what JSON.parse does.
      const parsing = await longestHold(async () => JSON.parse(body.toString()))
      const beside = parsing + (await honestWork())
      assert.ok(hold < 2 * beside, `${hold} ms beside ${beside} ms`)
    })
  }

  test('takes the memory of its text and its values before they are made', async () => {
    const refuse = () => {
      throw new Failure('overloaded')
    }
    const parse = mock.method(JSON, 'parse')
    try {
      const failure = await refusal(parseJson(Buffer.from('{}'), refuse))
      assert.equal(failure.code, 'overloaded')
    } finally {
      parse.mock.restore()
    }
    assert.equal(parse.mock.callCount(), 0)
  })

  const sizes: readonly (readonly [what: string, json: string, atLeast: number, atMost: number])[] =
    [
      ['a text', `"${'a'.repeat(megabyte)}"`, 2 * megabyte, 2.1 * megabyte],
      [
        'a text in two bytes a character',
        `"${'aü'.repeat(megabyte / 3)}"`,
        4 * megabyte,
        4.1 * megabyte,
      ],
      ['codes', `"${'\\u8a9e'.repeat(100_000)}"`, 200_000, 4 * 600_100],
      [
        'many values',
        `[${repeated(29_000, () => '{}')}]`.replaceAll('{}', '0'),
        29_000 * 64,
        4 * megabyte,
      ],
    ]
  for (const [what, json, atLeast, atMost] of sizes) {
    test(`counts ${what} with the memory of its values`, async () => {
      let taken = 0
      await parseJson(Buffer.from(json), bytes => {
        taken += bytes
      })
      assert.ok(taken >= atLeast && taken <= atMost, `${taken} bytes`)
    })
  }

  test('is read as by JSON.parse', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue({ maxDepth: 10 }), async value => {
        const json = JSON.stringify(value)
        assert.deepEqual(await parseJson(Buffer.from(json), () => {}), JSON.parse(json))
      }),
      { numRuns: 300 },
    )
  })

  test('is counted at its number of values at least, however it is written', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.jsonValue({ maxDepth: 10 }),
        fc.nat({ max: 3 }),
        async (value, indent) => {
          const seen = await scanJson(Buffer.from(JSON.stringify(value, undefined, indent)))
          assert.ok(seen.values >= countValues(value))
          assert.deepEqual([seen.depth, seen.isInText], [0, false])
        },
      ),
      { numRuns: 300 },
    )
  })

  test('is read across the ends of slices', async () => {
    const inner = '"\\",[{\\u00e9\\ud83d\\ude00\\\\'
    for (let before = sliceBytes - 40; before < sliceBytes + 4; before++) {
      const text = 'a'.repeat(before) + JSON.parse(`"${inner.slice(1)}"`)
      const seen = await scanJson(Buffer.from(`["${'a'.repeat(before)}${inner.slice(1)}",1]`))
      assert.deepEqual([seen.isInText, seen.depth, seen.values, seen.escapes], [false, 0, 3, 4])
      const [read] = (await parseJson(
        Buffer.from(`["${'a'.repeat(before)}${inner.slice(1)}",1]`),
        () => {},
      )) as string[]
      assert.equal(read, text)
    }
  })

  for (const json of [
    '"\\ud800"',
    '"\\uDC00"',
    '"\\udbff\\u0041"',
    '{"\\ud83d":1}',
    '"\\ud83d\\ud83d\\ude00"',
  ]) {
    test(`with half a surrogate pair is refused: ${json}`, async () => {
      const failure = await refusal(parseJson(Buffer.from(json), () => {}))
      assert.equal(failure.code, 'json-refused')
    })
  }

  for (const json of [
    '{"a":1,"a":1}',
    '{"a":1,"\\u0061":2}',
    '[{"b":{"a":{},"c":":","a":[]}}]',
    '{"__proto__":1,"__proto__":2}',
  ]) {
    test(`with a name twice in one object is refused: ${json}`, async () => {
      const failure = await refusal(parseJson(Buffer.from(json), () => {}))
      assert.equal(failure.code, 'json-refused')
    })
  }

  test('with a name once in each object is read', async () => {
    const json = '{"a":{"a":":"},"b":[{"a":1},{"a":2}],"__proto__":{"a":1}}'
    assert.equal(JSON.stringify(await parseJson(Buffer.from(json), () => {})), json)
  })

  test('that is not JSON is refused as such', async () => {
    for (const text of [
      '',
      '{',
      '"',
      '"\\',
      '"\\u',
      '"\\ud83d\\',
      ']',
      '[}',
      'nul',
      Buffer.from([0x22, 0xff, 0x22]),
    ]) {
      const failure = await refusal(parseJson(Buffer.from(text), () => {}))
      assert.ok(['body-not-json', 'json-refused'].includes(failure.code))
    }
  })
})

function countValues(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1
  return Object.values(value).reduce((sum: number, inner) => sum + countValues(inner), 1)
}
