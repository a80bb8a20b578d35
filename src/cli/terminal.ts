/**
 * The output of a command: standard output gets the result, standard error everything else, so that the result can be
 * piped.
 */

import type { Readable, Writable } from 'node:stream'
import { printable, printableJson } from '../dev/journal/printable.ts'
import type { Severity } from '../events.ts'
import { spellProgram } from './spelling.ts'

/** The standard streams of this process, or those of a test. */
type Streams = Readonly<{ stdin: Input; stdout: Output; stderr: Output }>

type Input = Readable & Readonly<{ isTTY?: boolean }>

/** The properties of tty.WriteStream are undefined for a stream that is not a terminal. */
export type Output = Writable &
  Readonly<{ isTTY?: boolean; columns?: number; hasColors?: () => boolean }>

export type Terminal = Streams &
  Readonly<{
    /** Writes a line to standard output. */
    print: (line: string) => void
    /** The same to standard error. */
    complain: (line: string) => void
    /** For standard error: 'plain' if it is not a terminal, or NO_COLOR is set. */
    colours: Colours
    /** The same for standard output. */
    printColours: Colours
    /** The command that starts this program: spelling.ts. */
    program: string
  }>

export type Colours = 'colours' | 'plain'

/** `program`: the path by which Node.js was asked to run it. */
export function openTerminal(program: string, { stdin, stdout, stderr }: Streams): Terminal {
  return {
    stdin,
    stdout,
    stderr,
    print: line => void stdout.write(`${line}\n`),
    complain: line => void stderr.write(`${line}\n`),
    colours: coloursOf(stderr),
    printColours: coloursOf(stdout),
    program: spellProgram(program, process.cwd()),
  }
}

/** Node.js reads NO_COLOR, FORCE_COLOR and TERM here. */
function coloursOf(stream: Output): Colours {
  return stream.isTTY && stream.hasColors?.() ? 'colours' : 'plain'
}

/** A command that cannot be executed; the message is for the person at the terminal. */
export class CommandError extends Error {
  override readonly name = 'CommandError'
  readonly exitCode: number

  /** `exitCode`: 2 for wrong arguments. */
  constructor(message: string, exitCode = 2) {
    super(message)
    this.exitCode = exitCode
  }
}

/** The form of every error message: the name of the program, and sentences. */
export function formatError(message: string): string {
  const text = message.trim().split('\n').map(printable).join('\n')
  const begun = /^[a-z]+\s/.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text
  return `visage: ${begun}${/[.?!:`]$/.test(begun) ? '' : '.'}`
}

/**
 * One JSON object per line. `visage serve` has a logger for this; `visage dev` starts faster without it.
 */
export function jsonLines(terminal: Terminal, now: () => number) {
  return (severity: Severity, fields: Readonly<Record<string, unknown>>): void => {
    const time = new Date(now()).toISOString()
    terminal.complain(printableJson({ time, severity, ...fields }))
  }
}
