/**
 * A part of `npm run foreign`: an SDK of another language, an issuer or a tool, run against Visage.
 */
import type { Outcome } from './outcome.ts'

export type Part = Readonly<{
  title: string
  /** Programs that the machine must have. */
  needs: readonly string[]
  versions: Readonly<Record<string, string>>
  checks: readonly string[]
  /** A column of the table of operations; otherwise a list of its own. */
  isSdk: boolean
  /** Only when it is asked for by name: it takes long, or very much room. */
  byName?: true
  minutes: Readonly<{ install: number; run: number }>
  /** Into a folder outside the repository; returns why it cannot be had here, or undefined. */
  install: (folder: string, minutes: number) => Promise<string | undefined>
  run: (folder: string, minutes: number) => Promise<readonly Outcome[]>
}>
