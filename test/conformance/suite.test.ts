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
    'every token is taken for an almighty one',
    /User\.Read alone may not update their own photo/,
    { request: request => withToken(request, almighty) },
  ],
  [
    'a permission of the table is not known',
    /^An application with User\.ReadWrite\.All may update/,
    { request: request => withToken(request, powerless) },
  ],
  [
    'a refusal does not say which permissions would do',
    /^A person at work with User\.Read alone may not update/,
    { answer: answer => replaceText(answer, 'ProfilePhoto.ReadWrite.All', 'something else') },
  ],
  [
    'PATCH is not known',
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
    'an update of a team answers as one of a group',
    /^PUT \/v1\.0\/teams\/\{ownTeam\}\/photo/,
    { answer: answer => (answer.status === 204 ? { ...answer, status: 200 } : answer) },
  ],
  [
    'an empty answer says Content-Type: application/json',
    /^PUT \/beta\/me\/photo\/\$value sets/,
    {
      answer: answer =>
        answer.body.length === 0 ? addHeader(answer, 'content-type', 'application/json') : answer,
    },
  ],
  [
    'the metadata comes in another order',
    /^GET \/v1\.0\/me\/photo tells/,
    { answer: answer => changeJson(answer, ({ id, ...rest }) => ({ id, ...rest })) },
  ],
  [
    'the ETag of the metadata is another one than that of the picture',
    /^GET \/v1\.0\/me\/photo tells/,
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
    'only lower case is understood',
    /^GET \/v1\.0\/ME\/Photo/,
    { request: request => changePath(request, /Photo/, 'unknown') },
  ],
  [
    'If-None-Match is passed over',
    /^GET photo\/\$value with the ETag one has/,
    { request: request => withoutHeader(request, 'if-none-match') },
  ],
  [
    'If-Match is passed over',
    /^PUT with If-Match: "another" is 412/,
    { request: request => withoutHeader(request, 'if-match') },
  ],
  [
    'an error is a page',
    /^A person without a photo has none/,
    {
      answer: answer =>
        answer.status === 404 ? addHeader(answer, 'content-type', 'text/html') : answer,
    },
  ],
  [
    'a missing photo has another code',
    /^A person without a photo has none/,
    { answer: answer => replaceText(answer, 'ImageNotFound', 'ItemNotFound') },
  ],
  [
    'there is no request-id',
    /^The smallest photo there can be/,
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
    'pictures are kept as they were sent, with what they tell',
    /^Where, when and by whom/,
    keepUploads(),
  ],
  [
    'a bad picture takes the old one away',
    /^A PUT of an SVG is refused/,
    {
      request: request =>
        request.body.includes('<svg') ? { ...request, method: 'DELETE' } : request,
      answer: (answer, { body }) => (body.includes('<svg') ? refusal(answer) : answer),
    },
  ],
  [
    'a fault of the input is called a fault of the server',
    /^A PUT of text is refused/,
    { answer: answer => (answer.status === 415 ? { ...answer, status: 500 } : answer) },
  ],
]

const almighty = await tokenFor({
  kind: 'user',
  who: 'self',
  holds: ['ProfilePhoto.ReadWrite.All'],
})
const powerless = await tokenFor({ kind: 'application', holds: [] })

describe('a server of which', () => {
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
