/**
 * Why a server could not start, with advice for the operator.
 */

/** The machine or the user's rights do not allow it. The message is for the operator. */
export class StartError extends Error {
  override readonly name = 'StartError'
}

/** A process that the command needs has ended. */
export class LostProcess extends Error {
  override readonly name = 'LostProcess'
  readonly end: 'by signal' | 'by itself'

  constructor(message: string, end: 'by signal' | 'by itself') {
    super(message)
    this.end = end
  }
}

/**
 * Turns the usual errors of listening and of opening data into advice; returns other errors as they are. `rights`: the
 * advice where the user may not use this port.
 */
export function explainStart(
  error: unknown,
  port: number,
  flag: string,
  rights = `Port ${port} needs rights this user does not have. Choose one above 1023 with ${flag}.`,
): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'EADDRINUSE') {
    return new StartError(`Port ${port} is taken by another program. Choose one with ${flag}.`)
  }
  const isListening = error instanceof Error && 'syscall' in error && error.syscall === 'listen'
  if (code === 'EACCES' && isListening) return new StartError(rights)
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    const { address, hostname } = error as { address?: string; hostname?: string }
    return new StartError(
      `--host: this machine has no address ${address ?? hostname} to listen on.`,
    )
  }
  return error
}
