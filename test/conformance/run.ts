/**
 * Runs scenarios against targets and says of each: pass, differs, or not applicable and why. It knows
 * no test framework and nothing of the server but what comes over HTTP.
 */

import { setTimeout as delay } from 'node:timers/promises'
import { dataUrl } from '../support/pictures.ts'
import { listDifferences, parse, readObject } from './check.ts'
import { make, type PictureName } from './pictures.ts'
import type { Body, Exchange, Expected, Scenario, Target, Wanted } from './scenario.ts'
import { fillAll, fillPath, fillText, namesIn, valuesFrom } from './texts.ts'
import { type Answer, send, sendWritten } from './wire.ts'

export type Outcome =
  | Readonly<{ verdict: 'pass' }>
  | Readonly<{ verdict: 'differs'; exchange: string; differences: readonly string[] }>
  | Readonly<{ verdict: 'not applicable'; why: string }>

/** Aimed at the first of the targets that has what the scenario needs. */
export async function runScenario(
  scenario: Scenario,
  targets: readonly Target[],
): Promise<Outcome> {
  const reasons: string[] = []
  for (const target of targets) {
    const prepared = await prepare(scenario, target)
    if (!('missing' in prepared)) return await play(scenario, prepared)
    reasons.push(prepared.missing)
  }
  return { verdict: 'not applicable', why: [...new Set(reasons)].join('; ') }
}

type Stage = Readonly<{
  baseUrl: string
  tokens: ReadonlyMap<string, string>
  values: Map<string, string>
  wait: NonNullable<Target['wait']>
  /** What the last answer said of when to come again. */
  last: { retryAfter: number }
}>

async function prepare(
  scenario: Scenario,
  target: Target,
): Promise<Stage | Readonly<{ missing: string }>> {
  const trait = scenario.traits?.find(wanted => !target.traits.has(wanted))
  if (trait !== undefined) return { missing: `the server is not one with ${trait}` }
  const host = new URL(target.baseUrl).host
  // {authorization} is the exchange's own: see `exchange`.
  const values = valuesFrom({ ...target.things, base: target.baseUrl, host, authorization: '' })
  const exchanges = exchangesOf(scenario)
  const keeping = new Set(exchanges.flatMap(({ keep = {} }) => Object.keys(keep)))
  const unknown = [...namesIn(scenario)].find(name => !values.has(name) && !keeping.has(name))
  if (unknown !== undefined) return { missing: `the target names no ${unknown}` }
  const tokens = new Map<string, string>()
  const callers = [...exchanges.map(({ as }) => as), scenario.untouched?.as]
  for (const wanted of callers) {
    if (wanted === undefined) continue
    const answer = await target.token(wanted)
    if ('missing' in answer) return answer
    tokens.set(nameOf(wanted), answer.token)
  }
  const { baseUrl, wait = waitHere } = target
  return { baseUrl, tokens, values, wait, last: { retryAfter: 0 } }
}

function exchangesOf({ given = [], request, next = [], afterwards = [] }: Scenario): Exchange[] {
  return [...given, request, ...next, ...afterwards]
}

export function nameOf(wanted: Wanted): string {
  return JSON.stringify(wanted)
}

async function play(scenario: Scenario, stage: Stage): Promise<Outcome> {
  const { given = [], request, next = [], afterwards = [], untouched } = scenario
  const look: Exchange | undefined = untouched && {
    method: 'GET',
    ...untouched,
    expected: anything,
  }
  try {
    const before = await playAll(given, stage, 'given')
    if (before) return before
    const seen = look && (await exchange(look, stage)).answer
    const found = (await playAll([request], stage)) ?? (await playAll(next, stage, 'next'))
    if (found) return found
    const after = look && (await exchange(look, stage)).answer
    return isSame(seen, after) ? { verdict: 'pass' } : changed(untouched?.path ?? '', seen, after)
  } finally {
    for (const step of afterwards) await exchange({ ...step, expected: anything }, stage)
  }
}

const anything: Expected = { status: [200, 404] }
const success: Expected = { status: [200, 201, 204] }

function changed(path: string, ...answers: readonly (Answer | undefined)[]): Outcome {
  const [before, after] = answers.map(answer =>
    answer === undefined ? 'no answer' : `${answer.status} ${answer.headers.etag ?? ''}`.trim(),
  )
  return {
    verdict: 'differs',
    exchange: `GET ${path}`,
    differences: [`the photo was changed: ${before} before, ${after} afterwards`],
  }
}

function isSame(before: Answer | undefined, after: Answer | undefined): boolean {
  return (
    before?.status === after?.status &&
    before?.headers.etag === after?.headers.etag &&
    // The body of a 404 holds ids of the request.
    (before?.status !== 200 || before.body.equals(after?.body ?? Buffer.alloc(0)))
  )
}

async function playAll(
  exchanges: readonly Exchange[],
  stage: Stage,
  part?: 'given' | 'next',
): Promise<Outcome | undefined> {
  for (const step of exchanges) {
    const { differences } = await exchange(step, stage)
    if (differences.length === 0) continue
    const name = `${step.method} ${step.path}`
    return { verdict: 'differs', exchange: part ? `${part}: ${name}` : name, differences }
  }
  return undefined
}

type Exchanged = Readonly<{ answer: Answer | undefined; differences: readonly string[] }>

/** Once, or as often as it may take. */
async function exchange(step: Exchange, stage: Stage): Promise<Exchanged> {
  if (step.waits) await stage.wait(stage.last.retryAfter)
  let outcome = await exchangeOnce(step, stage)
  for (let left = (step.attempts ?? 1) - 1; left > 0 && outcome.differences.length > 0; left--) {
    outcome = await exchangeOnce(step, stage)
  }
  stage.last.retryAfter = Number(outcome.answer?.headers['retry-after']) || 0
  return outcome
}

const longestWaitSeconds = 60

async function waitHere(seconds: number): Promise<void> {
  await delay(Math.min(seconds, longestWaitSeconds) * 1000)
}

async function exchangeOnce(step: Exchange, stage: Stage): Promise<Exchanged> {
  const { baseUrl, tokens, values } = stage
  const token = step.as && tokens.get(nameOf(step.as))
  const answer = await (step.written === undefined
    ? sendStep(step, token, stage)
    : sendWritten(
        baseUrl,
        fillText(step.written, new Map([...values, ['authorization', `Bearer ${token}`]])),
      ))
  keepValues(step, answer, values)
  const got = { answer, method: step.method, token }
  return { answer, differences: await listDifferences(step.expected ?? success, got, values) }
}

async function sendStep(
  step: Exchange,
  token: string | undefined,
  { baseUrl, values }: Stage,
): Promise<Answer | undefined> {
  const { body, type } = await pack(step.body, values)
  const headers = Object.entries({
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
    ...type,
    ...step.headers,
  }).map(([name, text]) => [name, fillText(text, values)])
  return await send(baseUrl, {
    method: step.method,
    path: fillPath(step.path, values),
    headers: Object.fromEntries(headers),
    body,
    sent: step.sent,
  })
}

/** A picture goes out as the document wants it, unless the scenario says otherwise. */
async function pack(
  body: Body | undefined,
  values: ReadonlyMap<string, string>,
): Promise<{ body?: Buffer; type?: Record<string, string> }> {
  if (body === undefined) return {}
  if ('text' in body) return { body: Buffer.from(body.text), type: {} }
  if ('kept' in body) {
    const bytes = Buffer.from(fillText(body.kept, values), 'base64')
    return { body: bytes, type: { 'content-type': 'image/jpeg' } }
  }
  const bytes =
    'json' in body
      ? Buffer.from(JSON.stringify(await withPictures(fillAll(body.json, values))))
      : await make(body.picture)
  const type = typeOf(body)
  if (body.packed === undefined) return { body: bytes, type }
  const { gzipSync } = await import('node:zlib')
  return { body: gzipSync(bytes), type: { ...type, 'content-encoding': 'gzip' } }
}

function typeOf(body: Exclude<Body, { text: string } | { kept: string }>): Record<string, string> {
  if ('json' in body) return { 'content-type': 'application/json' }
  return body.untyped ? {} : { 'content-type': 'image/jpeg' }
}

/** Pictures in JSON, by name. */
async function withPictures(json: unknown): Promise<unknown> {
  if (Array.isArray(json)) return await Promise.all(json.map(withPictures))
  const fields = readObject(json)
  if (fields === undefined) return json
  for (const encoding of ['base64', 'base64url'] as const) {
    const name = fields[`?${encoding}`]
    if (name !== undefined) return (await make(name as PictureName)).toString(encoding)
  }
  const shown = fields['?dataUrl']
  if (shown !== undefined) return String(dataUrl(await make(shown as PictureName)))
  const entries = Object.entries(fields).map(async ([name, value]) => [
    name,
    await withPictures(value),
  ])
  return Object.fromEntries(await Promise.all(entries))
}

function keepValues(step: Exchange, answer: Answer | undefined, values: Map<string, string>): void {
  for (const [name, from] of Object.entries(step.keep ?? {})) {
    const value = answer && readKept(from, answer)
    // Missing, it stays a placeholder, and the difference names it.
    if (value !== undefined) values.set(name, String(value))
    else values.delete(name)
  }
}

type Kept = NonNullable<Exchange['keep']>[string]

function readKept(from: Kept, answer: Answer): unknown {
  if ('header' in from) return answer.headers[from.header]
  if ('body' in from) return answer.body.toString('base64')
  return readPath(parse(answer), from.json.split('.'))
}

/** `value.0.id`; a name with a dot in it, such as `@odata.id`, stands alone. */
function readPath(value: unknown, path: readonly string[]): unknown {
  const whole = path.join('.')
  const here = readObject(value)
  if (here && whole in here) return here[whole]
  const [first = '', ...rest] = path
  if (first === '') return value
  return readPath(Array.isArray(value) ? value[Number(first)] : here?.[first], rest)
}
