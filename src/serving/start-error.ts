/**
 * Why a server could not start, in words that say what to do about it.
 */

/** It was asked for what this machine or this user cannot give; the message is for whoever started it. */
export class StartError extends Error {
  override readonly name = 'StartError'
}

/** A process that the command cannot do without ended before it served. */
export class LostProcess extends Error {
  override readonly name = 'LostProcess'
  readonly end: 'by signal' | 'by itself'

  constructor(message: string, end: 'by signal' | 'by itself') {
    super(message)
    this.end = end
  }
}

/** What listening and opening data usually fail on, in words that say what to do. */
export function explainStart(error: unknown, port: number, flag: string): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'EADDRINUSE') {
    return new StartError(`Port ${port} is taken by another program. Choose one with ${flag}.`)
  }
  if (code === 'EACCES') {
    return new StartError(
      `Port ${port} needs rights this user does not have. Choose one above 1023 with ${flag}.`,
    )
  }
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    const { address, hostname } = error as { address?: string; hostname?: string }
    return new StartError(
      `--host: this machine has no address ${address ?? hostname} to listen on.`,
    )
  }
  return error
}
