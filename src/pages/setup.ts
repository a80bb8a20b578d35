/** What the page is given by the composition of a server. */
import type { WriteLine } from '../events.ts'
import type { Fetch } from '../tokens/key-set.ts'
import type { Trust } from '../tokens/trust.ts'
import type { Mode } from './addresses.ts'
import type { Absence } from './not-built.ts'
import type { PagePlace } from './place.ts'

export type PageSetup = Readonly<{
  mode: Mode
  /** Of the page, at the issuer; undefined if the operator has not set one. */
  clientId: string | undefined
  /** The base URL, without a slash at the end. */
  origin: string
  /** What a missing page means: whether somebody builds it behind the start. */
  missing: Exclude<Absence, 'failed'>
  /** Other than that of this program, for tests. */
  place?: PagePlace | undefined
}>

export type PageParts = Readonly<{
  trust: Trust
  fetch: Fetch
  elapsed: () => number
  write: WriteLine
  troubled: (what: string, error: unknown) => void
  version: string
}>
