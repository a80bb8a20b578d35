/** The flags with the address of a running `visage dev`, for the commands that send it orders. */
import { type Command, InvalidArgumentError } from 'commander'
import { defaultDevPort } from './ask-dev.ts'

export function withDevPlace(command: Command): Command {
  return command
    .option('--port <number>', `port of \`visage dev\`; default ${defaultDevPort}`, readPort)
    .option('--url <address>', 'its whole address instead')
}

export function readPort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN
  if (port <= 65_535) return port
  throw new InvalidArgumentError('A port is a number from 0 to 65535.')
}
