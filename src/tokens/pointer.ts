/**
 * JSON Pointers to values in a token. `/resource_access/visage/roles` is the member
 * `roles` of the member `visage` of the member `resource_access`.
 *
 * https://www.rfc-editor.org/rfc/rfc6901
 */

import { isObject } from '../json.ts'

export type Pointer = `/${string}`

/** In a pointer `~` is written `~0` and `/` is written `~1`. */
export function isPointer(text: string): text is Pointer {
  return /^(\/([^~/]|~[01])*)+$/.test(text)
}

/** undefined if there is none. Finds own members only. */
export function valueAt(claims: unknown, pointer: Pointer): unknown {
  return namesIn(pointer).reduce(memberOf, claims)
}

function namesIn(pointer: Pointer): string[] {
  return pointer
    .slice(1)
    .split('/')
    .map(name => name.replaceAll('~1', '/').replaceAll('~0', '~'))
}

function memberOf(value: unknown, name: string): unknown {
  if (!isObject(value)) return undefined
  return Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined
}
