/** The question before a change that is hard to undo. */
import { createInterface } from 'node:readline/promises'
import { CommandError, type Terminal } from './terminal.ts'

/** Throws CommandError with `otherwise` unless the answer is yes. */
export async function confirm(
  question: string,
  otherwise: string,
  { stdin, stderr }: Terminal,
): Promise<void> {
  if (!stdin.isTTY) {
    throw new CommandError('this is not a terminal, so it cannot ask for confirmation. Add --yes.')
  }
  const asking = createInterface({ input: stdin, output: stderr })
  try {
    // Ctrl-C and Ctrl-D mean no; the cursor is still on the line of the question.
    const answer = await asking.question(`${question} Type yes: `).catch(() => {
      stderr.write('\n')
      return 'no'
    })
    if (answer.trim().toLowerCase() !== 'yes') throw new CommandError(otherwise)
  } finally {
    asking.close()
  }
}
