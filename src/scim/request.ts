/** The input of an operation of SCIM: the request of a sender that is known, and the parts it may use. */
import type { Call, Reply } from '../call.ts'
import type { Directory } from '../directory/directory.ts'
import type { SourceOrigin } from '../directory/sources/source-groups.ts'
import type { Events } from '../events.ts'
import type { SettleParts } from '../settle.ts'
import type { PhotoParts } from './photos.ts'
import type { Sender, SenderParts } from './sender.ts'
import type { ScimSettings } from './sender-settings.ts'

export type ScimParts = SettleParts &
  Directory &
  SenderParts &
  PhotoParts &
  Readonly<{
    events: Events
    scim: ScimSettings
  }>

export type ScimRequest = Pick<Match, 'id' | 'query'> & Readonly<{ call: Call; sender: Sender }>

/** What a method and a path lead to. */
export type Match = Readonly<{
  /** For the log and the metrics. */
  operation: string
  path: string
  perform: Perform
  /** From the path; '' where it names none. */
  id: string
  query: URLSearchParams
  writes: boolean
}>

export type Perform = (request: ScimRequest, parts: ScimParts) => Promise<Reply> | Reply

/** The origin of what this request changes. */
export function originOf({ sender }: ScimRequest, { now, scim }: ScimParts): SourceOrigin {
  return { source: sender.source, at: now(), owners: scim.owners }
}

/** Which attributes the query asks for. */
export function askedAttributes({ query }: Pick<ScimRequest, 'query'>) {
  return {
    attributes: query.get('attributes') ?? undefined,
    excludedAttributes: query.get('excludedAttributes') ?? undefined,
  }
}
