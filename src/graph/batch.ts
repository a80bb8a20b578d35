/**
 * POST /{version}/$batch: up to twenty requests in one. Each part is passed to `answer`, and has
 * its own permissions, failures and status. The batch itself is 200 when it can be parsed.
 *
 * https://learn.microsoft.com/en-us/graph/json-batching and
 * https://docs.oasis-open.org/odata/odata-json-format/v4.01/odata-json-format-v4.01.html#sec_BatchRequestsandResponses
 */

import type { Answer, Call, Reply } from '../call.ts'
import { yieldToOthers } from '../event-loop.ts'
import { Failure } from '../failure.ts'
import { readJson } from '../json.ts'
import { settle } from '../settle.ts'
import { decodeBody } from './batch-body.ts'
import { type BatchItem, readBatch, sortByDependence } from './batch-items.ts'
import { refuse } from './errors.ts'
import { isAbsolute, isUnderVersion, versionPattern } from './request/address.ts'
import type { Parts } from './request/request.ts'

/** Enough for one photo of 4 MiB in base64 with other requests, or for twenty small photos. */
export const maxBatchBytes = 8 * 1024 * 1024

/** "…the Outlook service runs up to four requests of a batch at the same time." */
const maxConcurrent = 4

const batchPath = new RegExp(`^/(${versionPattern})/(?:\\$|%24)batch/?$`, 'i')

export function isBatch(call: Call): boolean {
  return batchVersion(call.url) !== undefined
}

/** The version in a batch's address; undefined for any other address. */
function batchVersion(url: string): string | undefined {
  return batchPath.exec(url.split('?', 1)[0] ?? '')?.[1]?.toLowerCase()
}

const route = { operation: 'batch', path: '/$batch' }

/** Answers each request of the batch as if it came alone. */
export async function answerBatch(call: Call, parts: Parts, answer: Answer): Promise<Reply> {
  return await settle(call, parts, refuse, async log => {
    log.route = route
    if (call.method !== 'POST') {
      throw new Failure('method-not-allowed', { facts: { allow: ['POST'] } })
    }
    log.caller = await parts.identify(call.headers.authorization)
    const items = readBatch(await readJson(call, maxBatchBytes))
    const responses = await performAll(items, item => answerPart(toCall(item, call), answer))
    // Status 0 closes the connection; for a part this closes the batch's connection.
    const cut = [...responses.values()].find(response => response?.status === 0)
    return (
      cut ?? {
        status: 200,
        headers: { 'content-type': 'application/json', 'cache-control': 'private' },
        body: `{"responses":[${items.map(({ id }) => toResponse(id, responses.get(id))).join(',')}]}`,
      }
    )
  })
}

/** The HTTP server removes the body of a single HEAD; for a part this does. */
async function answerPart(call: Call, answer: Answer): Promise<Reply> {
  const { body, ...head } = await answer(call)
  return call.method === 'HEAD' || body === undefined ? head : { ...head, body }
}

type Perform = (item: BatchItem) => Promise<Reply>

/**
 * Runs every item once, at most four at a time, each after those it depends on. Items must be
 * sorted by dependence.
 */
async function performAll(
  items: readonly BatchItem[],
  perform: Perform,
): Promise<ReadonlyMap<string, Reply | undefined>> {
  const running = new Map<string, Promise<Reply | undefined>>()
  const limit = createLimiter(maxConcurrent)
  for (const item of sortByDependence(items)) {
    const awaited = item.dependsOn.map(id => running.get(id))
    const outcome = Promise.all(awaited).then(replies =>
      replies.every(reply => reply !== undefined && reply.status < 400)
        ? limit(() => yieldToOthers().then(() => perform(item)))
        : undefined,
    )
    running.set(item.id, outcome)
  }
  const settled = [...running].map(async ([id, outcome]) => [id, await outcome] as const)
  return new Map(await Promise.all(settled))
}

function createLimiter(max: number): <Value>(task: () => Promise<Value>) => Promise<Value> {
  let free = max
  const waiting: (() => void)[] = []
  return async task => {
    if (free > 0) free--
    else await new Promise<void>(resolve => waiting.push(resolve))
    try {
      return await task()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else free++
    }
  }
}

function toCall(item: BatchItem, outer: Call): Call {
  const version = batchVersion(outer.url) ?? 'v1.0'
  return {
    method: item.method,
    url: absolutePath(item.url, version),
    origin: outer.origin,
    // Parts use the batch's token unless they have their own. A part's Content-Length is removed,
    // because its body is a JSON value.
    headers: {
      authorization: outer.headers.authorization,
      // Who sends them, for the log of a developer.
      'user-agent': outer.headers['user-agent'],
      'sec-fetch-site': outer.headers['sec-fetch-site'],
      ...item.headers,
      'content-length': undefined,
    },
    readBody: async maxBytes => decodeBody(item.body, maxBytes, outer.takeMemory),
    takeMemory: outer.takeMemory,
    ...(outer.gone && { gone: outer.gone }),
  }
}

/** Accepts `me/photo`, `/me/photo`, and graph-client's form of a full url: `/v1.0/me/photo`. */
function absolutePath(url: string, version: string): string {
  // address.ts refuses it with a reason.
  if (isAbsolute(url)) return url
  const path = url.startsWith('/') ? url : `/${url}`
  return isUnderVersion(`${path}/`) ? path : `/${version}${path}`
}

/** Clients look up these headers of a part case-sensitively. */
const spellings: Readonly<Record<string, string>> = {
  'content-type': 'Content-Type',
  etag: 'ETag',
  'cache-control': 'Cache-Control',
  'retry-after': 'Retry-After',
  location: 'Location',
  allow: 'Allow',
  'www-authenticate': 'WWW-Authenticate',
  'odata-version': 'OData-Version',
}

/** The response as JSON. `reply` is undefined when an item that this one depends on has failed. */
function toResponse(id: string, reply: Reply | undefined): string {
  if (reply === undefined) {
    return JSON.stringify({ id, status: 424, headers: jsonType, body: failedDependency })
  }
  const headers = Object.fromEntries(
    Object.entries(reply.headers).map(([name, value]) => [spellings[name] ?? name, value]),
  )
  const head = JSON.stringify({ id, status: reply.status, headers })
  const body = bodyOf(reply)
  return body === undefined ? head : `${head.slice(0, -1)},"body":${body}}`
}

/** A picture becomes one line of base64; a text is already JSON. */
function bodyOf({ body }: Reply): string | undefined {
  if (body === undefined || typeof body === 'string') return body
  return `"${Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('base64')}"`
}

const jsonType = { 'Content-Type': 'application/json' }
const failedDependency = {
  error: {
    code: 'FailedDependency',
    message: 'The request was not carried out because one that it depends on has failed.',
  },
}
