/** Finds log lines of servers that must not occur during a fault. */
import type { Ledger } from './ledger.ts'

/**
 * A pack that a row names and no store has is a loss, although the reader got 503: a later upload may have
 * hidden it. An error is a bug, or trouble while every part is available.
 */
export function judgeLog(ledger: Ledger, log: string, isWrong: (line: string) => boolean): void {
  for (const line of log.split('\n')) {
    if (/pack [0-9a-f]{32} is missing/.test(line)) ledger.count('lost', line)
    else if (isWrong(line)) ledger.count('wrongStatus', line)
  }
}

/** For faults in which every part stays available. */
export function isError(line: string): boolean {
  return line.includes('"severity":"error"')
}

/** An unexpected error, or text of a library that is not JSON. */
export function isBug(line: string): boolean {
  return line !== '' && (!line.startsWith('{') || line.includes('"bug":'))
}
