/**
 * Checks rules that hold for every answer to any request. It does not check which status is right.
 */
import assert from 'node:assert/strict'

export type Answer = Readonly<{
  status: number
  /** Names in lower case. */
  headers: Readonly<Record<string, string>>
  body: Uint8Array
}>

export type Question = Readonly<{
  authorization?: string | undefined
  /** HEAD, if the connection handled it. */
  hasNoBody?: boolean
}>

const uuid = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/
const headerName = /^[a-z0-9-]+$/

export function judge(answer: Answer, question: Question): void {
  const { status, headers, body } = answer
  assert.ok(status >= 200 && status < 600, `status ${status}`)
  if (status === 503) assert.match(headers['retry-after'] ?? '', /^\d+$/)
  else assert.ok(status < 500, `status ${status}: ${Buffer.from(body).toString()}`)
  judgeHeaders(headers)
  if (isPreflight(answer)) return
  assert.match(headers['request-id'] ?? '', uuid)
  assert.ok(headers['client-request-id'])
  if (status === 204 || status === 304 || question.hasNoBody) assert.equal(body.length, 0)
  else if (status >= 400) judgeError(answer, question)
  else judgeContent(answer)
}

function isPreflight({ status, headers }: Answer): boolean {
  return status === 204 && 'access-control-allow-methods' in headers
}

/** Nothing of a request may end a header's line: what follows would be a header of the attacker's. */
function judgeHeaders(headers: Readonly<Record<string, string>>): void {
  assert.equal('x-injected' in headers, false, 'a header was injected')
  for (const [name, value] of Object.entries(headers)) {
    assert.match(name, headerName)
    assert.ok(!holdsControl(value), `header ${name}: ${JSON.stringify(value)}`)
  }
}

function judgeError({ status, headers, body }: Answer, { authorization }: Question): void {
  const text = Buffer.from(body).toString()
  assert.match(headers['content-type'] ?? '', /^application\/json/)
  const { error, ...rest } = readJson(text)
  const { code, message, innerError, ...more } = error as Record<string, unknown>
  assert.deepEqual([rest, more], [{}, {}])
  assert.match(String(code), /^[A-Za-z_]+$/)
  assert.ok(typeof message === 'string' && message.length > 0)
  const { date, ...ids } = innerError as Record<string, unknown>
  assert.match(String(date), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/)
  assert.deepEqual(ids, {
    'request-id': headers['request-id'],
    'client-request-id': headers['client-request-id'],
  })
  assert.doesNotMatch(text, /\.ts:\d|node:internal|SQLITE|\[object |\[native code/, 'a look inside')
  const token = authorization?.slice(7) ?? ''
  if (token.length > 50) assert.equal(text.includes(token), false, 'the token is told back')
  if (status === 401) assert.match(headers['www-authenticate'] ?? '', /^Bearer/)
  if (status === 405) assert.ok('allow' in headers)
  if (status === 429) assert.match(headers['retry-after'] ?? '', /^\d+$/)
}

function judgeContent({ headers, body }: Answer): void {
  const type = headers['content-type'] ?? ''
  if (type === 'image/jpeg') {
    const bytes = Buffer.from(body)
    assert.equal(bytes.subarray(0, 2).toString('hex'), 'ffd8')
    assert.equal(bytes.subarray(-2).toString('hex'), 'ffd9')
    assert.match(headers.etag ?? '', /^"[0-9a-f]{32}"$/)
  } else if (type.startsWith('application/json')) {
    assert.doesNotMatch(Buffer.from(body).toString(), /\[object |\[native code/)
    readJson(Buffer.from(body).toString())
  } else if (type === 'text/plain') {
    assert.match(Buffer.from(body).toString(), /^\d+$/, 'a count')
  } else if (type === '') {
    assert.equal(body.length, 0)
  } else {
    assert.match(type, /^application\/xml/)
  }
}

/** JSON.stringify escapes control characters, so a raw one was written without it. */
function readJson(text: string): Record<string, unknown> {
  assert.ok(!holdsControl(text), 'a raw control character')
  return JSON.parse(text) as Record<string, unknown>
}

function holdsControl(text: string): boolean {
  return Buffer.from(text).some(byte => byte < 0x20 || byte === 0x7f)
}
