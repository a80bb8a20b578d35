/** What the last written run of each part has found: data for the tables in docs/clients.md. */
import { join } from 'node:path'
import type { Outcome } from './outcome.ts'

export type Result = Readonly<{
  title: string
  /** 2026-11-28 */
  date: string
  versions: Readonly<Record<string, string>>
  isSdk: boolean
  outcomes: readonly Outcome[]
}>

export type Results = Readonly<Record<string, Result>>

export const resultsFile = join(import.meta.dirname, 'results.json')
