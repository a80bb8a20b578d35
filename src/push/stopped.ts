/** Why a run ends, in words for the person who started it: before it has changed anything, except 'disk'. cli/ gives each reason its exit code. */

export type StopReason =
  /** The command, a file that it names, or a folder is wrong. */
  | 'misuse'
  | 'nothing-matched'
  /** The server, or another run, does not allow it. */
  | 'refused'
  /** The journal cannot be written, so nothing more is sent. */
  | 'disk'

export class Stopped extends Error {
  override readonly name = 'Stopped'
  readonly reason: StopReason

  constructor(reason: StopReason, message: string, cause?: unknown) {
    super(message, { cause })
    this.reason = reason
  }
}
