/** The end of a process that a server cannot do without. */

/** A process that the command cannot do without ended before it served. */
export class LostProcess extends Error {
  override readonly name = 'LostProcess'
  readonly end: 'told' | 'unasked'

  constructor(message: string, end: 'told' | 'unasked') {
    super(message)
    this.end = end
  }
}
