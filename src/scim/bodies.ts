/** Reads the JSON body of a request within the limits of SCIM. */
import { readJson } from '../json.ts'
import type { ScimRequest } from './request.ts'

export const maxBytes = 1024 * 1024
/** 10,000 members with their address and name, and as many operations of one member each. */
const maxValues = 150_000

/** Throws Failure 'body-not-json', 'json-refused', 'body-too-large', 'overloaded'. */
export async function readBody({ call }: Pick<ScimRequest, 'call'>): Promise<unknown> {
  return await readJson(call, maxBytes, maxValues)
}
