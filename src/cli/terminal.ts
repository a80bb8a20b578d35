/**
 * Where a command's words go. Standard output carries what was asked for, standard error everything
 * else, so that output can be piped.
 */

import { printable, printableJson } from '../dev/journal/printable.ts'
import type { Severity } from '../events.ts'

export type Terminal = Readonly<{
  print: (line: string) => void
  complain: (line: string) => void
  /** For complaints: 'plain' where they are no terminal's, or NO_COLOR is set. */
  colours: Colours
  /** The same for what is printed. */
  printColours: Colours
  /** How the person calls this program where they are: spelling.ts. */
  program: string
}>

export type Colours = 'colours' | 'plain'

/** A command that cannot do what it was asked to; the message is for the person at the terminal. */
export class CommandError extends Error {
  override readonly name = 'CommandError'
}

/** Every complaint of every command: the name of the program, and sentences. */
export function voice(message: string): string {
  const text = message.trim().split('\n').map(printable).join('\n')
  const begun = /^[a-z]+\s/.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text
  return `visage: ${begun}${/[.?!:`]$/.test(begun) ? '' : '.'}`
}

/** One JSON object a line. `visage serve` has a logger for that; `visage dev` starts sooner without. */
export function jsonLines(terminal: Terminal, now: () => number) {
  return (severity: Severity, fields: Readonly<Record<string, unknown>>): void => {
    const time = new Date(now()).toISOString()
    terminal.complain(printableJson({ time, severity, ...fields }))
  }
}
