/** ETags and conditional requests. */

import type { Headers } from '../../call.ts'
import { Failure } from '../../failure.ts'
import type { WriteCondition } from '../../photos/photo.ts'
import type { Level } from './control-information.ts'

/**
 * A strong ETag with its quotes. Metadata has other bytes at each level of control information, so
 * it has a tag for each; that of 'minimal' and of the picture is equal to `@odata.mediaEtag`.
 * @differs A photo has an ETag, and If-None-Match and If-Match are supported. Users report that
 * Graph supports neither. https://github.com/microsoftgraph/microsoft-graph-docs/issues/5012
 */
export function etagOf(photo: { version: string }, level: Level = 'minimal'): string {
  return level === 'minimal' ? `"${photo.version}"` : `"${photo.version}-${level}"`
}

/** The version that a tag of `etagOf` names, without quotes; any other text unchanged. */
function versionOf(tag: string): string {
  return tag.replace(/-(?:full|none)$/, '')
}

/**
 * If-None-Match on a read; true means 304. The comparison is weak, as RFC 9110 requires, so it also
 * matches a tag that a proxy has weakened. https://www.rfc-editor.org/rfc/rfc9110#section-13.1.2
 */
export function isUnchanged(headers: Headers, etag: string): boolean {
  const condition = headers['if-none-match']
  if (condition === undefined) return false
  if (condition === etag || condition.trim() === '*') return true
  return condition.split(',').some(tag => tag.trim().replace(/^W\//, '') === etag)
}

/**
 * If-Match and If-None-Match on a write; If-Match takes precedence. If-Match compares strongly, so
 * a weak tag matches nothing; If-None-Match compares weakly. An invalid condition is refused:
 * ignoring it would overwrite what the client wanted to protect.
 * https://www.rfc-editor.org/rfc/rfc9110#section-13.1.1
 */
export function writeCondition(headers: Headers): WriteCondition {
  const wanted = headers['if-match']
  if (wanted !== undefined) {
    if (wanted.trim() === '*') return 'any'
    return {
      oneOf: readTags('If-Match', wanted).flatMap(tag => (tag.isWeak ? [] : [versionOf(tag.text)])),
    }
  }
  const unwanted = headers['if-none-match']
  if (unwanted === undefined) return undefined
  if (unwanted.trim() === '*') return 'none'
  return { noneOf: readTags('If-None-Match', unwanted).map(({ text }) => versionOf(text)) }
}

type Tag = Readonly<{ text: string; isWeak: boolean }>

/** `"a", W/"b"`; a list may contain empty elements. */
function readTags(header: string, value: string): Tag[] {
  const elements = value.match(/(?:W\/)?"[^"]*"|[^,\s]+/g) ?? []
  if (elements.length === 0) throw malformed(header)
  return elements.map(element => {
    const [, weak, text] = /^(W\/)?"(.*)"$/.exec(element) ?? []
    if (text === undefined) throw malformed(header)
    return { text, isWeak: weak !== undefined }
  })
}

function malformed(header: string): Failure {
  return new Failure('condition-malformed', { facts: { header } })
}
