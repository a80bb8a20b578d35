/**
 * Documents about the service: `/{version}` lists its entity sets, `/{version}/$metadata` its types, and
 * `/openapi.json` its operations. They are the same for everyone and need no token, as in Graph, whose
 * pages link to these addresses: https://learn.microsoft.com/en-us/graph/traverse-the-graph
 */

import type { Around, Call, Mount, Reply } from '../call.ts'
import { Failure } from '../failure.ts'
import { refuse } from '../graph/errors.ts'
import { openToPages } from '../graph/mounts.ts'
import { versionPattern } from '../graph/request/address.ts'
import { contextUrl } from '../graph/resources/resources.ts'
import { entityTypes, type Version } from '../graph/resources/schema.ts'
import { type SettleParts, settle } from '../settle.ts'
import { container } from './container.ts'
import { renderCsdl } from './csdl.ts'
import { renderOpenApi } from './openapi.ts'

type Document = Readonly<{ contentType: string; text: (origin: string) => string }>

const xml = 'application/xml'
const json = 'application/json'
const documents: Readonly<Record<string, Document>> = {
  '/v1.0': { contentType: `${json};odata.metadata=minimal`, text: listContents('v1.0') },
  '/beta': { contentType: `${json};odata.metadata=minimal`, text: listContents('beta') },
  '/v1.0/$metadata': { contentType: xml, text: once(() => renderCsdl('v1.0')) },
  '/beta/$metadata': { contentType: xml, text: once(() => renderCsdl('beta')) },
  '/openapi.json': { contentType: json, text: once(renderOpenApi) },
}

const descriptionPath = new RegExp(
  `^(/(?:(?:${versionPattern})(?:/(?:\\$|%24)metadata)?|openapi\\.json))/?(?:\\?|$)`,
  'i',
)

export function descriptionMount(
  parts: SettleParts,
  around: Around | undefined = answer => answer,
): Mount {
  const answer = around(call => answerDescription(call, parts))
  return {
    answers: ({ url }) => descriptionPath.test(url),
    answer: openToPages(answer, parts.newId),
  }
}

async function answerDescription(call: Call, parts: SettleParts): Promise<Reply> {
  return await settle(call, parts, refuse, async log => {
    const path = pathOf(call)
    log.route = { operation: 'describe', path }
    return describe(call, path)
  })
}

/** One of the names of `documents`. */
function pathOf({ url }: Call): string {
  return descriptionPath.exec(url)?.[1]?.toLowerCase().replace('%24', '$') ?? ''
}

function describe({ method, origin }: Call, path: string): Reply {
  if (method !== 'GET' && method !== 'HEAD') {
    throw new Failure('method-not-allowed', { facts: { allow: ['GET', 'HEAD'] } })
  }
  const document = documents[path]
  if (document === undefined) throw new TypeError(`there is no document at ${path}`)
  const { contentType, text } = document
  return {
    status: 200,
    headers: {
      'content-type': contentType,
      // Caches keep it for a short time, because a new version of Visage may change it.
      'cache-control': 'public, max-age=300',
      ...(path !== '/openapi.json' && { 'odata-version': '4.0' }),
    },
    body: text(origin),
  }
}

/** https://docs.oasis-open.org/odata/odata-json-format/v4.01/odata-json-format-v4.01.html#sec_ServiceDocument */
function listContents(version: Version): (origin: string) => string {
  const kinds = { EntitySet: container.sets, Singleton: container.singletons }
  const value = Object.entries(kinds).flatMap(([kind, entries]) =>
    Object.entries(entries)
      .filter(([, type]) => (entityTypes[type].only ?? version) === version)
      .map(([name]) => ({ name, kind, url: name })),
  )
  return origin =>
    JSON.stringify({ '@odata.context': contextUrl(origin, version, '').replace('#', ''), value })
}

/** Rendered at the first request: most processes get none. */
function once(render: () => string): () => string {
  let text: string | undefined
  return () => {
    text ??= render()
    return text
  }
}
