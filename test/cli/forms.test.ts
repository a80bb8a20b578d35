/** Rows as tables, JSON and CSV, and a reader that closes or is slow. */
import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { test } from 'node:test'
import { cutTo, padTo, widthOf } from '../../src/cli/cells.ts'
import { type Sheet, writeHead, writeRow } from '../../src/cli/forms.ts'
import { writeTo } from '../../src/cli/stream.ts'

type Row = Readonly<{ name: string; photo: boolean; at: string | null }>

const sheet = (form: Sheet<Row>['form'], cells: Sheet<Row>['cells'] = 'cut'): Sheet<Row> => ({
  form,
  cells,
  names: ['name', 'photo', 'at'],
  columns: [
    { heading: 'NAME', width: 6, text: ({ name }) => name },
    { heading: 'PHOTO', width: 5, text: ({ photo }) => String(photo) },
  ],
})
const row = (name: string): Row => ({ name, photo: true, at: null })

test('a CSV begins with a byte order mark, and its lines end as RFC 4180 has them', () => {
  assert.equal(writeHead(sheet('csv')), '\u{feff}name,photo,at\r\n')
  assert.equal(writeRow(sheet('csv'), row('a "b", c\nd')), '"a ""b"", c\nd",true,\r\n')
})

for (const text of ['=1+1', '+1', '-1', '@SUM(A1)', '\tx', '\r=1']) {
  test(`a cell of a CSV that begins like ${JSON.stringify(text)} is no formula`, () => {
    const line = writeRow(sheet('csv'), row(text))
    assert.ok(line.startsWith(`'${text}`) || line.startsWith(`"'${text}`), line)
  })
}

test('JSON is one object a line, with every value and no character that a terminal obeys', () => {
  const line = writeRow(sheet('json'), row('a\u{1b}[2Jb'))
  assert.equal(line, '{"name":"a\\u001b[2Jb","photo":true,"at":null}\n')
})

test('a table cuts long cells only on a terminal', () => {
  assert.equal(writeHead(sheet('text')), 'NAME    PHOTO\n')
  assert.equal(writeRow(sheet('text'), row('Annabella')), 'Annab…  true\n')
  assert.equal(writeRow(sheet('text', 'whole'), row('Annabella')), 'Annabella  true\n')
  assert.ok(!writeRow(sheet('text'), row('a\u{1b}[2J')).includes('\u{1b}'))
})

test('a letter of East Asia takes two cells, an accent none', () => {
  assert.deepEqual(['山', 'é', 'e\u{301}', 'ab'].map(widthOf), [2, 1, 1, 2])
  assert.equal(cutTo('山田太郎', 6), '山田…')
  assert.equal(padTo('山', 4), '山  ')
})

test('output waits for a slow reader, and ends when the reader closes', async () => {
  const stream = new PassThrough({ highWaterMark: 4 })
  let isWritten = false
  const writing = writeTo(stream, 'more than four').then(goesOn => {
    isWritten = true
    return goesOn
  })
  await new Promise(resolve => setImmediate(resolve))
  assert.equal(isWritten, false)
  stream.resume()
  assert.equal(await writing, true)
  stream.on('error', () => {})
  stream.destroy(new Error('EPIPE'))
  assert.equal(await writeTo(stream, 'x'), false)
})

test('output ends when its reader closes while it is waited for', async () => {
  const stream = new PassThrough({ highWaterMark: 4 })
  stream.on('error', () => {})
  const writing = writeTo(stream, 'more than four')
  stream.destroy(new Error('EPIPE'))
  assert.equal(await writing, false)
})
