/** The lists of a JSON file, read from chunks of any size with few in memory. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readLists } from '../../src/provisioning/json-list.ts'

const document = String.raw` { "people" : [ {"a":"]}\"[{,\\"} ,[1,[2]], "x,\"y" ,-1.5e3,true , {"b":{"c":[]}}],
  "groups":[],"\u006dembers":[null] } `

const items = [
  String.raw`people[0] {"a":"]}\"[{,\\"}`,
  'people[1] [1,[2]]',
  String.raw`people[2] "x,\"y"`,
  'people[3] -1.5e3',
  'people[4] true ',
  'people[5] {"b":{"c":[]}}',
  'groups',
  'members[0] null',
]

async function* chunksOf(text: string, length: number): AsyncGenerator<string> {
  for (let at = 0; at < text.length; at += length) yield text.slice(at, at + length)
}

async function readAll(texts: AsyncIterable<string>): Promise<string[]> {
  const found: string[] = []
  for await (const { name = '', items } of readLists(texts)) {
    const before = found.length
    for await (const { path, text } of items) found.push(`${path} ${text}`)
    if (found.length === before) found.push(name)
  }
  return found
}

test('a document gives the same items however it is cut into chunks', async () => {
  for (let length = 1; length <= document.length; length++) {
    assert.deepEqual(await readAll(chunksOf(document, length)), items, `chunks of ${length}`)
  }
})

test('a document that is cut off anywhere is refused', async () => {
  for (let length = 0; length < document.trimEnd().length; length++) {
    const half = chunksOf(document.slice(0, length), 7)
    await assert.rejects(readAll(half), { code: 'resource-invalid' }, `${length} characters`)
  }
})

test('of a long list no more than the chunk and the item that are read are held', async () => {
  const count = 20_000
  let [given, most] = [0, 0]
  async function* list(): AsyncGenerator<string> {
    yield '['
    for (; given < count; given++) yield `${given === 0 ? '' : ','}{"n":${given}}`
    yield ']'
  }
  let taken = 0
  for await (const { items } of readLists(list())) {
    for await (const { text } of items) {
      assert.equal(text, `{"n":${taken}}`)
      taken += 1
      most = Math.max(most, given - taken)
    }
  }
  assert.equal(taken, count)
  assert.ok(most <= 1, `${most} items were read ahead`)
})
