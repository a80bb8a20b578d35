/** Reads the JSON body of a request within the limits of SCIM. */
import { readJson } from '../json.ts'
import { refuseNamesTwice } from './names-in.ts'
import type { ScimParts, ScimRequest } from './request.ts'

/** 1 MB, or 6 MB where photos are taken: a photo of 4 MB is 5.6 MB in base64. */
export function maxBytesOf({ photos }: Pick<ScimParts, 'photos'>): number {
  return (photos === undefined ? 1 : 6) * 1024 * 1024
}

/** 10,000 members with their address and name, and as many operations of one member each. */
const maxValues = 150_000

/** Throws Failure 'body-not-json', 'json-refused', 'body-too-large', 'overloaded', 'resource-invalid'. */
export async function readBody(
  { call }: Pick<ScimRequest, 'call'>,
  parts: Pick<ScimParts, 'photos'>,
): Promise<unknown> {
  const body = await readJson(call, maxBytesOf(parts), maxValues)
  refuseNamesTwice(body)
  return body
}
