/**
 * What was expected against what came: a list of differences in words, empty when all is well. It
 * also holds every answer to what no answer may ever do. It sends nothing.
 */
import sharp from 'sharp'
import { colourAt, dHash, distance, telltales } from '../support/pictures.ts'
import { make, type PictureName } from './pictures.ts'
import type { Expected, HeaderWish, PictureWish, Shape } from './scenario.ts'
import { fillText, type Values } from './texts.ts'
import type { Answer } from './wire.ts'

export type Got = Readonly<{
  answer: Answer | undefined
  method: string
  token?: string | undefined
}>

export async function listDifferences(
  expected: Expected,
  got: Got,
  values: Values,
): Promise<string[]> {
  const { answer } = got
  if (answer === undefined) {
    return expected.status === 'no answer'
      ? []
      : [`expected ${show(expected.status)}, got no answer`]
  }
  return [...(await listPartDifferences(expected, answer, values)), ...checkAlways(got, answer)]
}

/** What holds for a part of a batch too, which has no request-id of its own. */
async function listPartDifferences(
  expected: Expected,
  answer: Answer,
  values: Values,
): Promise<string[]> {
  const status = checkStatus(expected.status, answer)
  // After another status, what the body lacks says nothing new.
  if (status.length > 0) return status
  return [
    ...checkHeaders(expected.headers ?? {}, answer, values),
    ...(expected.empty ? checkEmpty(answer) : []),
    ...checkJson(expected, answer, values),
    ...checkError(expected, answer),
    ...(expected.xml ? await checkXml(answer) : []),
    ...(expected.parts ? await checkParts(expected.parts, answer, values) : []),
    ...(expected.picture ? await checkPicture(expected.picture, answer) : []),
    ...(expected.sameAs === undefined || answer.body.equals(keptBytes(expected.sameAs, values))
      ? []
      : ['the body is another one than before']),
    ...(expected.holds ?? []).flatMap(text =>
      answer.body.includes(fillText(text, values)) ? [] : [`the body does not hold ${show(text)}`],
    ),
    ...(expected.without ?? []).flatMap(text =>
      answer.body.includes(fillText(text, values)) ? [`the body holds ${show(text)}`] : [],
    ),
    ...checkContinued(expected.continued, answer),
  ]
}

function keptBytes(name: string, values: Values): Buffer {
  return Buffer.from(fillText(name, values), 'base64')
}

function checkStatus(wanted: Expected['status'], answer: Answer): string[] {
  const all: readonly unknown[] = Array.isArray(wanted) ? wanted : [wanted]
  if (all.includes(answer.status)) return []
  return [`expected ${all.map(show).join(' or ')}, got ${answer.status}${wordsOf(answer)}`]
}

function wordsOf(answer: Answer): string {
  const error = readObject(readObject(parse(answer))?.error)
  return error === undefined ? '' : ` ${String(error.code)}: ${String(error.message)}`
}

/** What holds for every answer, asked for or not. */
function checkAlways({ method, token }: Got, answer: Answer): string[] {
  const { status, headers } = answer
  const found: string[] = []
  const guid = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i
  if (status >= 500 && status !== 503) found.push(`got ${status}, a fault of the server`)
  if (status >= 300 && status < 400 && status !== 304) found.push(`got a redirect, ${status}`)
  if (!guid.test(headers['request-id'] ?? '')) found.push('there is no request-id header')
  if (headers['client-request-id'] === undefined) found.push('there is no client-request-id header')
  if (status === 401 && !/^Bearer\b/.test(headers['www-authenticate'] ?? '')) {
    found.push('a 401 without WWW-Authenticate: Bearer')
  }
  if (status === 405 && !headers.allow) found.push('a 405 without Allow')
  if ((status === 429 || status === 503) && !/^\d+$/.test(headers['retry-after'] ?? '')) {
    found.push(`a ${status} without Retry-After in whole seconds`)
  }
  if (token !== undefined && answer.body.includes(token))
    found.push('the token stands in the answer')
  if (status >= 400 && method !== 'HEAD') found.push(...checkEnvelope(answer))
  if (method === 'HEAD' && answer.body.length > 0) found.push('a HEAD was answered with a body')
  return found
}

function checkEnvelope(answer: Answer): string[] {
  const isScim = answer.headers['content-type'] === 'application/scim+json'
  return [...(isScim ? checkScimError(answer) : checkGraphError(answer)), ...checkInsides(answer)]
}

function checkInsides({ body }: Answer): string[] {
  const showsInsides = /\bat \S+ \(|node_modules|\.[jt]s:\d|node:internal/.test(body.toString())
  return showsInsides ? ['the error shows the insides of the server'] : []
}

/** https://www.rfc-editor.org/rfc/rfc7644#section-3.12 */
function checkScimError(answer: Answer): string[] {
  const error = readObject(parse(answer))
  const found: string[] = []
  const schemas = error?.schemas
  if (!Array.isArray(schemas) || schemas[0] !== 'urn:ietf:params:scim:api:messages:2.0:Error') {
    found.push('an error of SCIM without its schema')
  }
  if (error?.status !== String(answer.status)) found.push('the status in the body is another one')
  if (!isText(error?.detail)) found.push('an error of SCIM without detail')
  return found
}

/** https://learn.microsoft.com/en-us/graph/errors */
function checkGraphError(answer: Answer): string[] {
  if (!/^application\/json\b/.test(answer.headers['content-type'] ?? '')) {
    return [`an error as ${show(answer.headers['content-type'])}, not as application/json`]
  }
  const error = readObject(readObject(parse(answer))?.error)
  const inner = readObject(error?.innerError)
  const found: string[] = []
  if (!isText(error?.code)) found.push('an error without a code')
  if (!isText(error?.message)) found.push('an error without a message')
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(String(inner?.date))) {
    found.push('an error without innerError.date')
  }
  for (const name of ['request-id', 'client-request-id']) {
    if (inner?.[name] !== answer.headers[name]) found.push(`innerError.${name} is not the header's`)
  }
  return found
}

function checkHeaders(
  wanted: Readonly<Record<string, HeaderWish>>,
  { headers }: Answer,
  values: Values,
): string[] {
  return Object.entries(wanted).flatMap(([name, wish]) => {
    const value = headers[name.toLowerCase()]
    const said = `${name}: ${show(value)}`
    if (wish === null) return value === undefined ? [] : [`${said} should not be there`]
    if (value === undefined) return [`there is no ${name} header`]
    if (wish instanceof RegExp) return wish.test(value) ? [] : [`${said} does not match ${wish}`]
    if (typeof wish === 'string') {
      const text = fillText(wish, values)
      return value === text ? [] : [`${said}, expected ${show(text)}`]
    }
    return value === fillText(wish.not, values) ? [`${said} is what it was before`] : []
  })
}

function checkEmpty(answer: Answer): string[] {
  const found: string[] = []
  if (answer.body.length > 0) found.push(`expected no body, got ${answer.body.length} bytes`)
  const type = answer.headers['content-type']
  if (type !== undefined) found.push(`an empty answer with Content-Type ${type}`)
  return found
}

function checkJson({ json, keys }: Expected, answer: Answer, values: Values): string[] {
  if (json === undefined && keys === undefined) return []
  const value = parse(answer)
  if (value === undefined) return [`expected JSON, got ${show(answer.headers['content-type'])}`]
  const found = json === undefined ? [] : compare(json, value, 'the body', values)
  if (keys === undefined) return found
  const got = Object.keys(readObject(value) ?? {})
  if (got.join() === keys.join()) return found
  return [...found, `expected the keys ${keys.join(', ')}, got ${got.join(', ')}`]
}

function compare(shape: Shape, value: unknown, place: string, values: Values): string[] {
  if (shape instanceof RegExp) {
    return shape.test(String(value)) ? [] : [`${place} is ${show(value)}, expected ${shape}`]
  }
  if (typeof shape === 'string' || typeof shape !== 'object' || shape === null) {
    const wanted = typeof shape === 'string' ? fillText(shape, values) : shape
    return wanted === value ? [] : [`${place} is ${show(value)}, expected ${show(wanted)}`]
  }
  if (isList(shape)) {
    if (!Array.isArray(value) || value.length !== shape.length) {
      return [`${place} is ${show(value)}, expected a list of ${shape.length}`]
    }
    return shape.flatMap((entry, at) => compare(entry, value[at], `${place}[${at}]`, values))
  }
  return Object.entries(shape).flatMap(([name, wanted]) => {
    if (name.startsWith('?')) return compareList(name, wanted, value, place, values)
    const entries = readObject(value)
    return compare(wanted, entries?.[name], `${place}.${name}`, values)
  })
}

function compareList(
  how: string,
  wanted: Shape,
  value: unknown,
  place: string,
  values: Values,
): string[] {
  if (!Array.isArray(value)) return [`${place} is ${show(value)}, expected a list`]
  const fits = (entry: unknown) => compare(wanted, entry, '', values).length === 0
  switch (how) {
    case '?count':
      return value.length === wanted
        ? []
        : [`${place} has ${value.length}, expected ${show(wanted)}`]
    case '?some':
      return value.some(fits) ? [] : [`${place} has none like ${show(wanted)}`]
    case '?every':
      return value.every(fits) ? [] : [`${place} has one unlike ${show(wanted)}`]
    default:
      return [`the scenario says ${how}, which means nothing`]
  }
}

async function checkXml(answer: Answer): Promise<string[]> {
  const { XmlDocument } = await import('libxml2-wasm')
  try {
    XmlDocument.fromBuffer(answer.body).dispose()
    return []
  } catch (error) {
    return [`no well-formed XML: ${error instanceof Error ? error.message : error}`]
  }
}

/** https://learn.microsoft.com/en-us/graph/json-batching#response-format */
async function checkParts(
  wanted: Readonly<Record<string, Expected>>,
  answer: Answer,
  values: Values,
): Promise<string[]> {
  const responses = readObject(parse(answer))?.responses
  if (!Array.isArray(responses)) return ['there is no list of responses']
  const parts = responses.map(response => readObject(response) ?? {})
  const ids = parts.map(({ id }) => id)
  if ([...ids].sort().join() !== Object.keys(wanted).sort().join()) {
    return [`the ids are ${ids.join(', ')}, expected ${Object.keys(wanted).join(', ')}`]
  }
  const found = parts.map(part => checkPart(wanted[String(part.id)], part, values))
  return (await Promise.all(found)).flat()
}

async function checkPart(
  wanted: Expected | undefined,
  part: Readonly<Record<string, unknown>>,
  values: Values,
): Promise<string[]> {
  const headers = readObject(part.headers)
  if (headers === undefined) return [`part ${part.id} has no headers`]
  const misspelt = Object.keys(headers).filter(
    name => /^(content-type|etag)$/i.test(name) && !/^(Content-Type|ETag)$/.test(name),
  )
  const { body } = part
  const isPicture = typeof body === 'string'
  const answer: Answer = {
    status: Number(part.status),
    headers: Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]),
    ),
    body:
      body === undefined
        ? Buffer.alloc(0)
        : Buffer.from(isPicture ? body : JSON.stringify(body), isPicture ? 'base64' : 'utf8'),
    wasContinued: false,
  }
  const isOneLine = !isPicture || /^[A-Za-z0-9+/]*={0,2}$/.test(body)
  return [
    ...misspelt.map(name => `it spells ${name} so`),
    ...(isOneLine ? [] : ['its body is not one line of plain base64']),
    ...(await listPartDifferences(wanted ?? { status: [] }, answer, values)),
  ].map(difference => `part ${part.id}: ${difference}`)
}

function checkError({ error }: Expected, answer: Answer): string[] {
  if (error === undefined) return []
  const got = readObject(readObject(parse(answer))?.error)
  const codes = typeof error.code === 'string' ? [error.code] : error.code
  const found: string[] = []
  if (codes !== undefined && !codes.includes(String(got?.code))) {
    found.push(`the code is ${show(got?.code)}, expected ${codes.join(' or ')}`)
  }
  const message = String(got?.message)
  for (const text of error.says ?? []) {
    if (!message.includes(text)) found.push(`the message ${show(message)} does not say ${text}`)
  }
  return found
}

function checkContinued(wanted: boolean | undefined, { wasContinued }: Answer): string[] {
  if (wanted === undefined || wanted === wasContinued) return []
  return [wanted ? 'no 100 Continue came' : '100 Continue came before a refusal']
}

async function checkPicture(wish: PictureWish, answer: Answer): Promise<string[]> {
  const { body, headers } = answer
  if (headers['content-type'] !== 'image/jpeg') {
    return [`a picture as ${show(headers['content-type'])}, expected image/jpeg`]
  }
  const metadata = await sharp(body).metadata()
  const { width, height } = metadata
  const found: string[] = []
  if (metadata.format !== 'jpeg') found.push(`the picture is ${metadata.format}, expected jpeg`)
  if (width !== (wish.width ?? width) || height !== (wish.height ?? height)) {
    found.push(`the picture is ${width} x ${height}, expected ${wish.width} x ${wish.height}`)
  }
  if (metadata.space !== 'srgb') found.push(`the picture is in ${metadata.space}, expected srgb`)
  if (metadata.exif || metadata.xmp || metadata.iptc || metadata.orientation) {
    found.push('the picture has metadata')
  }
  found.push(...telltales.filter(text => body.includes(text)).map(text => `it holds ${show(text)}`))
  if (found.length > 0) return found
  return [...(await checkLikeness(wish, body, width, height)), ...(await checkColours(wish, body))]
}

/** Of 64 bits: up to about 6 differ for the same picture, 16 and more for another. */
const sameWithin = 8

async function checkLikeness(
  wish: PictureWish,
  body: Buffer,
  width: number,
  height: number,
): Promise<string[]> {
  const found: string[] = []
  // Decoded first: a JPEG is reduced while it is decoded, more coarsely than the reference.
  const hash = await dHash(await sharp(body).png().toBuffer())
  const differing = async (name: PictureName) =>
    distance(hash, await referenceHash(name, width, height))
  if (wish.like !== undefined) {
    const bits = await differing(wish.like)
    if (bits > sameWithin) found.push(`it does not look like ${wish.like} (${bits} of 64 bits)`)
  }
  if (wish.unlike !== undefined && (await differing(wish.unlike)) <= sameWithin) {
    found.push(`it looks like ${wish.unlike}`)
  }
  return found
}

const hashes = new Map<string, Promise<bigint>>()

/** The picture as it is to look: centre-cropped to the ratio that came. */
function referenceHash(name: PictureName, width: number, height: number): Promise<bigint> {
  const key = `${name} ${width} ${height}`
  const hash = hashes.get(key) ?? hashReference(name, width, height)
  hashes.set(key, hash)
  return hash
}

async function hashReference(name: PictureName, width: number, height: number): Promise<bigint> {
  const cropped = sharp(await make(name))
    .flatten({ background: '#ffffff' })
    .resize(width, height, { fit: 'cover', position: 'centre' })
  return await dHash(await cropped.png().toBuffer())
}

async function checkColours({ colours = [] }: PictureWish, body: Buffer): Promise<string[]> {
  const found: string[] = []
  for (const { x, y, rgb } of colours) {
    const got = await colourAt(body, x, y)
    const isClose = rgb.every((value, at) => Math.abs(value - (got[at] ?? -99)) <= 12)
    if (!isClose)
      found.push(`the colour at ${x}, ${y} is ${got.join(' ')}, expected ${rgb.join(' ')}`)
  }
  return found
}

export function parse({ body }: Answer): unknown {
  try {
    return JSON.parse(body.toString())
  } catch {
    return undefined
  }
}

export function readObject(value: unknown): Readonly<Record<string, unknown>> | undefined {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  return isObject ? (value as Readonly<Record<string, unknown>>) : undefined
}

function isList(shape: Shape): shape is readonly Shape[] {
  return Array.isArray(shape)
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== ''
}

function show(value: unknown): string {
  const text = value instanceof RegExp ? String(value) : (JSON.stringify(value) ?? 'nothing')
  return text.length > 300 ? `${text.slice(0, 300)}…` : text
}
