/** Answers requests for what the server says about itself: discovery.ts has the content. */
import type { Reply } from '../call.ts'
import { Failure } from '../failure.ts'
import { maxBytesOf } from './bodies.ts'
import {
  type Described,
  describeResourceTypes,
  describeSchemas,
  describeService,
} from './discovery.ts'
import { addressOf, document, listSchema } from './replies.ts'
import type { ScimParts, ScimRequest } from './request.ts'

export function showConfig(request: ScimRequest, parts: ScimParts): Reply {
  return document(describeService(addressOf(request, ''), maxBytesOf(parts)))
}

export function showResourceTypes(request: ScimRequest): Reply {
  return showDescribed(request, describeResourceTypes(addressOf(request, '')))
}

export function showSchemas(request: ScimRequest, { photos }: ScimParts): Reply {
  const ignored = photos === undefined ? ['photos'] : []
  return showDescribed(request, describeSchemas(addressOf(request, ''), ignored))
}

/** The one that the path names, or all: they are few, so there are no pages. */
function showDescribed({ id }: ScimRequest, all: readonly Described[]): Reply {
  if (id === '') {
    const [totalResults, itemsPerPage] = [all.length, all.length]
    const schemas = [listSchema]
    return document({ schemas, totalResults, startIndex: 1, itemsPerPage, Resources: all })
  }
  const found = all.find(one => one.id.toLowerCase() === id.toLowerCase())
  if (found === undefined) throw new Failure('segment-unknown', { facts: { segment: id } })
  return document(found)
}
