#!/usr/bin/env node
/**
 * The edge of the process: arguments -> command -> exit code, and the signals that end it.
 * 0: done or ended on request. 1: it failed. 2: it was called or set up wrongly.
 */
import { CommanderError } from 'commander'
import { createProgram, type Running } from './cli/program.ts'
import { CommandError, type Terminal } from './cli/terminal.ts'
import { ConfigError } from './config.ts'
import { Failure } from './failure.ts'

const terminal: Terminal = {
  print: line => process.stdout.write(`${line}\n`),
  complain: line => process.stderr.write(`${line}\n`),
}

let running: Running | undefined
let isEnding = false

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void end())

/** What was accepted is finished; who asks a second time does not want to wait for it. */
async function end(): Promise<void> {
  if (isEnding || running === undefined) process.exit(0)
  isEnding = true
  try {
    await running.close()
    process.exit(0)
  } catch (error) {
    terminal.complain(`visage: ending failed: ${String(error)}`)
    process.exit(1)
  }
}

try {
  const program = createProgram(terminal, started => {
    running = started
  })
  program.exitOverride()
  for (const command of program.commands) command.exitOverride()
  await program.parseAsync(process.argv)
} catch (error) {
  process.exitCode = report(error)
}

function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
  if (error instanceof ConfigError || error instanceof CommandError) {
    terminal.complain(`visage: ${error.message}`)
    return 2
  }
  if (error instanceof Failure) {
    terminal.complain(`visage: ${error.detail || error.code}`)
    return 1
  }
  terminal.complain(error instanceof Error ? (error.stack ?? error.message) : String(error))
  return 1
}
