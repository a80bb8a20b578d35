/** A file that cannot be imported, in words for the person at the terminal. */
import { Failure } from '../failure.ts'

export function refused(detail: string): Failure {
  return new Failure('resource-invalid', { detail })
}

/** The whole file is refused because of this line. */
export function refusedLine(line: number, words: string): Failure {
  return refused(`line ${line}: ${words}. Nothing was imported`)
}

/** The same for JSON. `path`: `people[12]`. */
export function refusedAt(path: string, words: string): Failure {
  return refused(`at ${path}: ${words}. Nothing was imported`)
}

const longestShown = 80

/** A text of the file in a message: on one line, and not too long. */
export function quoted(text: string): string {
  const shown = text.length > longestShown ? `${text.slice(0, longestShown)}…` : text
  return JSON.stringify(shown)
}
