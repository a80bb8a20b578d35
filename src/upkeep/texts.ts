/** Checks texts from an operator before they are used in a database. */
import { hasControlCharacter, maxNameLength } from '../directory/names.ts'
import { Failure } from '../failure.ts'

/** Throws Failure 'resource-invalid'. PostgreSQL stores no NUL, and names have no control characters. */
export function expectText(what: string, text: string): string {
  if (text.trim() === '') throw unfit(`${what} is empty`)
  if (text.length > maxNameLength) {
    throw unfit(`${what} is longer than ${maxNameLength} characters`)
  }
  if (hasControlCharacter(text)) throw unfit(`${what} contains a control character`)
  if (!text.isWellFormed()) throw unfit(`${what} contains half of a surrogate pair`)
  return text
}

export function unfit(detail: string): Failure {
  return new Failure('resource-invalid', { detail })
}
