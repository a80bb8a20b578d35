/**
 * The suite is tested too: a server with one fault at a time has to fail it, and the same server
 * without the fault has to pass.
 */
import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { type Fault, type Passing, startFaulty } from './faulty.ts'
import { type Outcome, runScenario } from './run.ts'
import type { Scenario, Target } from './scenario.ts'
import { demoThings, startDevStand } from './stands.ts'
import { themes } from './themes.ts'
import { givenTokens, orderTokens } from './tokens.ts'
import { type Answer, endConnections } from './wire.ts'

const stand = await startDevStand()
const { target } = stand

after(async () => {
  endConnections()
  await stand.close()
})

/** [what is wrong, names of scenarios that look there, the fault]. */
const faults: readonly (readonly [what: string, looking: RegExp, fault: Fault])[] = [
  [
    'every token has every permission',
    /User\.Read alone may not update their own photo/,
    { request: request => withToken(request, almighty) },
  ],
  [
    'a permission of the table has no effect',
    /^An application with User\.ReadWrite\.All may update/,
    { request: request => withToken(request, powerless) },
  ],
  [
    'a refusal does not name sufficient permissions',
    /^A person at work with User\.Read alone may not update/,
    { answer: answer => replaceText(answer, 'ProfilePhoto.ReadWrite.All', 'something else') },
  ],
  [
    'PATCH is not supported',
    /^PATCH \/v1\.0\/me\/photo\/\$value sets/,
    { answer: (answer, { method }) => (method === 'PATCH' ? { ...answer, status: 405 } : answer) },
  ],
  [
    'an upload is acknowledged and forgotten',
    /^PUT \/v1\.0\/me\/photo\/\$value sets/,
    {
      request: request => (request.method === 'PUT' ? { ...request, method: 'HEAD' } : request),
    },
  ],
  [
    'an update of a team is answered like one of a group',
    /^PUT \/v1\.0\/teams\/\{ownTeam\}\/photo/,
    { answer: answer => (answer.status === 204 ? { ...answer, status: 200 } : answer) },
  ],
  [
    'an empty answer has Content-Type: application/json',
    /^PUT \/beta\/me\/photo\/\$value sets/,
    {
      answer: answer =>
        answer.body.length === 0 ? addHeader(answer, 'content-type', 'application/json') : answer,
    },
  ],
  [
    'the metadata has another order',
    /^GET \/v1\.0\/me\/photo returns the six keys/,
    { answer: answer => changeJson(answer, ({ id, ...rest }) => ({ id, ...rest })) },
  ],
  [
    'the ETag of the metadata differs from that of the picture',
    /^GET \/v1\.0\/me\/photo returns the six keys/,
    {
      answer: answer =>
        changeJson(answer, json =>
          '@odata.mediaEtag' in json ? { ...json, '@odata.mediaEtag': '"x"' } : json,
        ),
    },
  ],
  [
    'every size is the photo itself',
    /has the size 96x96 at \/me/,
    { request: request => changePath(request, /photos\/\d+x\d+/, 'photo') },
  ],
  [
    'only lower case is accepted',
    /^GET \/v1\.0\/ME\/Photo/,
    { request: request => changePath(request, /Photo/, 'unknown') },
  ],
  [
    'If-None-Match is ignored',
    /^GET photo\/\$value with the current ETag/,
    { request: request => withoutHeader(request, 'if-none-match') },
  ],
  [
    'If-Match is ignored',
    /^PUT with If-Match: "another" is 412/,
    { request: request => withoutHeader(request, 'if-match') },
  ],
  [
    'an error is an HTML page',
    /^A person without a photo is 404/,
    {
      answer: answer =>
        answer.status === 404 ? addHeader(answer, 'content-type', 'text/html') : answer,
    },
  ],
  [
    'a missing photo has another code',
    /^A person without a photo is 404/,
    { answer: answer => replaceText(answer, 'ImageNotFound', 'ItemNotFound') },
  ],
  [
    'there is no request-id',
    /^The smallest allowed photo/,
    { answer: ({ headers: { 'request-id': _, ...headers }, ...rest }) => ({ ...rest, headers }) },
  ],
  [
    'a 401 does not say how to do better',
    /^A token that is expired/,
    {
      answer: ({ headers: { 'www-authenticate': _, ...headers }, ...rest }) => ({
        ...rest,
        headers,
      }),
    },
  ],
  [
    'pictures are stored as sent, with their metadata',
    /^No size of a picture contains/,
    keepUploads(),
  ],
  [
    'a restored photo is encoded again',
    /^A photo that was read and removed can be restored byte for byte/,
    encodeAnew(),
  ],
  [
    'a bad picture removes the old one',
    /^A PUT of an SVG is refused/,
    {
      request: request =>
        request.body.includes('<svg') ? { ...request, method: 'DELETE' } : request,
      answer: (answer, { body }) => (body.includes('<svg') ? refusal(answer) : answer),
    },
  ],
  [
    'wrong input is answered as an error of the server',
    /^A PUT of text is refused/,
    { answer: answer => (answer.status === 415 ? { ...answer, status: 500 } : answer) },
  ],
  [
    'parts of a batch spell their headers as HTTP does',
    /^A batch asks for a person and their picture/,
    { answer: changeParts(part => ({ ...part, headers: lowerCase(part.headers) })) },
  ],
  [
    'a picture in a batch comes as urls write base64',
    /^A batch asks for a person and their picture/,
    { answer: changeParts(part => ({ ...part, body: asInUrls(part.body) })) },
  ],
  [
    'a missing photo fails the whole batch',
    /^A missing photo is a 404 part/,
    {
      answer: answer =>
        answer.body.includes('"status":404') ? { ...answer, status: 404 } : answer,
    },
  ],
  [
    'a failed part of a batch does not stop parts that depend on it',
    /^Parts that depend on a failed part/,
    { request: changeRequests(requests => requests.map(({ dependsOn: _, ...rest }) => rest)) },
  ],
  [
    'ids of a batch come back as other texts',
    /^Ids of parts are any text/,
    { answer: changeParts(part => ({ ...part, id: String(Number(part.id)) })) },
  ],
  [
    'a batch that is too long is cut short',
    /^A batch that has 21 requests/,
    { request: changeRequests(requests => requests.slice(0, 20)) },
  ],
  [
    'pages may send any header, but for the token',
    /^A page may ask for PUT/,
    { answer: answer => replaceHeader(answer, 'access-control-allow-headers', '*') },
  ],
  [
    'pages see what succeeds, and no refusal',
    /^A 404 may be read by a page/,
    {
      answer: answer =>
        answer.status < 400 ? answer : replaceHeader(answer, 'access-control-allow-origin'),
    },
  ],
  [
    'pages do not get to see the ETag',
    /^A picture may be read by a page/,
    { answer: answer => replaceHeader(answer, 'access-control-expose-headers', 'request-id') },
  ],
  [
    'everyone gets the same metadata',
    /odata\.metadata=none gives a photo/,
    { request: request => withoutHeader(request, 'accept') },
  ],
  [
    '$metadata ends before its end',
    /^GET \/v1\.0\/\$metadata is XML/,
    {
      answer: answer =>
        answer.headers['content-type']?.includes('xml')
          ? { ...answer, body: answer.body.subarray(0, -10) }
          : answer,
    },
  ],
  [
    'Allow lists what is not allowed',
    /^An unsupported method at \/v1\.0\/me\/photo is 405/,
    {
      answer: answer =>
        answer.status === 405 ? replaceHeader(answer, 'allow', 'GET, HEAD, PUT, DELETE') : answer,
    },
  ],
  [
    'a trailing slash is redirected',
    /^An upload to \/v1\.0\/me\/photo\/\$value\/ is accepted/,
    {
      answer: (answer, { path }) => (path.endsWith('/') ? { ...answer, status: 307 } : answer),
    },
  ],
  [
    'a list of ETags is ignored',
    /^If-None-Match: "other", \{etag\} is supported/,
    {
      request: request =>
        request.headers['if-none-match']?.includes(',')
          ? withoutHeader(request, 'if-none-match')
          : request,
    },
  ],
  [
    'an invalid condition is ignored',
    /^PUT with if-match: 'etag' is refused/,
    {
      request: request =>
        request.headers['if-match']?.includes('"') ? request : withoutHeader(request, 'if-match'),
    },
  ],
  [
    'photoUpdateSettings are taken and not kept',
    /^Who holds none of the allowed roles may not update/,
    {
      request: request =>
        request.method === 'PATCH' && request.path.includes('photoUpdateSettings')
          ? { ...request, body: Buffer.from('{}') }
          : request,
    },
  ],
  [
    'the client-request-id is not returned',
    /^The client-request-id is returned/,
    {
      answer: answer => replaceHeader(answer, 'client-request-id', answer.headers['request-id']),
    },
  ],
]

const almighty = await tokenFor({
  kind: 'user',
  who: 'self',
  holds: ['ProfilePhoto.ReadWrite.All'],
})
const powerless = await tokenFor({ kind: 'application', holds: [] })

describe('a server where', () => {
  for (const [what, looking, fault] of faults) {
    test(`${what} does not pass`, async () => {
      const scenarios = Object.values(themes)
        .flat()
        .filter(({ name }) => looking.test(name))
      assert.ok(scenarios.length > 0, 'no scenario looks there')
      assert.deepEqual(await verdictsWith({}, scenarios), new Set(['pass']), 'nothing is wrong')
      const verdicts = await verdictsWith(fault, scenarios)
      assert.ok(verdicts.has('differs'), 'the fault was not found')
    })
  }
})

describe('a scenario', () => {
  const [scenario] = themes.permissions ?? []
  assert.ok(scenario)

  test('is not applicable where there is no token for it, and says so', async () => {
    const poor: Target = { ...target, token: givenTokens([], target.things) }
    const outcome = await runScenario(scenario, [poor])
    assert.equal(outcome.verdict, 'not applicable')
    assert.match(outcome.verdict === 'not applicable' ? outcome.why : '', /^no token: /)
  })

  test('is not applicable where the target does not name what it needs', async () => {
    const outcome = await runScenario(scenario, [{ ...target, things: {} }])
    assert.equal(outcome.verdict, 'not applicable')
    assert.match(outcome.verdict === 'not applicable' ? outcome.why : '', /^the target names no /)
  })

  test('takes a token that was handed over when it holds what is needed', async () => {
    const token = await tokenFor({ kind: 'user', who: 'self', holds: ['User.ReadWrite'] })
    const given: Target = { ...target, token: givenTokens([token], target.things) }
    const mine = themes.operations?.find(({ name }) => name.startsWith('PUT /v1.0/me/photo/'))
    assert.ok(mine)
    assert.deepEqual(await runScenario(mine, [given]), { verdict: 'pass' })
  })
})

async function verdictsWith(
  fault: Fault,
  scenarios: readonly Scenario[],
): Promise<Set<Outcome['verdict']>> {
  const faulty = await startFaulty(target.baseUrl, fault)
  try {
    const token = orderTokens(target.baseUrl, demoThings)
    const aimed: Target = { ...target, baseUrl: faulty.baseUrl, token }
    const verdicts = new Set<Outcome['verdict']>()
    for (const scenario of scenarios) verdicts.add((await runScenario(scenario, [aimed])).verdict)
    return verdicts
  } finally {
    await faulty.close()
  }
}

async function tokenFor(wanted: Parameters<Target['token']>[0]): Promise<string> {
  const answer = await target.token(wanted)
  if ('missing' in answer) throw new Error(answer.missing)
  return answer.token
}

function withToken(request: Passing, token: string): Passing {
  return { ...request, headers: { ...request.headers, authorization: `Bearer ${token}` } }
}

function withoutHeader(request: Passing, name: string): Passing {
  const { [name]: _, ...headers } = request.headers
  return { ...request, headers }
}

function changePath(request: Passing, pattern: RegExp, text: string): Passing {
  return { ...request, path: request.path.replace(pattern, text) }
}

function addHeader(answer: Answer, name: string, value: string): Answer {
  return { ...answer, headers: { ...answer.headers, [name]: value } }
}

/** Left out, the header goes. */
function replaceHeader(answer: Answer, name: string, value?: string): Answer {
  const { [name]: _, ...headers } = answer.headers
  return value === undefined
    ? { ...answer, headers }
    : addHeader({ ...answer, headers }, name, value)
}

type Fields = Readonly<Record<string, unknown>>

function changeParts(change: (part: Fields) => Fields): (answer: Answer) => Answer {
  return answer =>
    changeJson(answer, json =>
      Array.isArray(json.responses) ? { ...json, responses: json.responses.map(change) } : json,
    )
}

function changeRequests(
  change: (requests: readonly Fields[]) => readonly Fields[],
): (request: Passing) => Passing {
  return request => {
    if (!request.path.endsWith('$batch')) return request
    const { requests } = JSON.parse(request.body.toString()) as { requests: Fields[] }
    return { ...request, body: Buffer.from(JSON.stringify({ requests: change(requests) })) }
  }
}

function lowerCase(headers: unknown): Fields {
  return Object.fromEntries(
    Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
  )
}

function asInUrls(body: unknown): unknown {
  return typeof body === 'string' ? body.replaceAll('+', '-').replaceAll('/', '_') : body
}

/** Texts only: a picture may hold any bytes. */
function replaceText(answer: Answer, text: string, by: string): Answer {
  if (!answer.headers['content-type']?.startsWith('application/json')) return answer
  return { ...answer, body: Buffer.from(answer.body.toString().replaceAll(text, by)) }
}

function changeJson(
  answer: Answer,
  change: (json: Record<string, unknown>) => Record<string, unknown>,
): Answer {
  if (answer.status !== 200 || !answer.headers['content-type']?.startsWith('application/json')) {
    return answer
  }
  const json = JSON.parse(answer.body.toString()) as Record<string, unknown>
  return { ...answer, body: Buffer.from(JSON.stringify(change(json))) }
}

/** As if nothing had been done but to refuse. */
function refusal(answer: Answer): Answer {
  const ids = {
    'request-id': answer.headers['request-id'],
    'client-request-id': answer.headers['client-request-id'],
  }
  const innerError = { date: '2026-01-01T00:00:00', ...ids }
  const error = { code: 'UnsupportedMediaType', message: 'SVG. Accepted: JPEG, PNG.', innerError }
  return {
    ...answer,
    status: 415,
    headers: { ...answer.headers, 'content-type': 'application/json' },
    body: Buffer.from(JSON.stringify({ error })),
  }
}

/** Every reading ends in another byte. */
function encodeAnew(): Fault {
  let readings = 0
  return {
    answer(answer) {
      if (answer.headers['content-type'] !== 'image/jpeg') return answer
      return { ...answer, body: Buffer.concat([answer.body, Buffer.of(readings++)]) }
    },
  }
}

function keepUploads(): Fault {
  let kept: Buffer | undefined
  return {
    request(request) {
      if (request.method === 'PUT') kept = request.body
      return request
    },
    answer(answer) {
      const isPicture = answer.headers['content-type'] === 'image/jpeg'
      return isPicture && kept ? { ...answer, body: kept } : answer
    },
  }
}
