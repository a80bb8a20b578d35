/** What servers wrote in their logs while they were struck, and must not have written. */
import type { Ledger } from './ledger.ts'

/**
 * A picture that a row names and no store has is a loss, although whoever asked was told 503: a later
 * upload may have covered it up since. An error is a bug, or trouble where no part is away.
 */
export function judgeLog(ledger: Ledger, log: string, isWrong: (line: string) => boolean): void {
  for (const line of log.split('\n')) {
    if (/pack [0-9a-f]{32} is missing/.test(line)) ledger.count('lost', line)
    else if (isWrong(line)) ledger.count('wrongStatus', line)
  }
}

/** Where nothing that a server needs goes away. */
export function isError(line: string): boolean {
  return line.includes('"severity":"error"')
}

/** An error that nobody foresaw, or words of a library that no collector of logs can read. */
export function isBug(line: string): boolean {
  return line !== '' && (!line.startsWith('{') || line.includes('"bug":'))
}
