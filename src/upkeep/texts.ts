/** Texts that an operator types, before a database is asked for them or keeps them. */
import { maxNameLength } from '../directory/names.ts'
import { Failure } from '../failure.ts'

/** Throws Failure 'resource-invalid'. PostgreSQL stores no NUL; no name holds a control character. */
export function expectText(what: string, text: string): string {
  if (text.trim() === '') throw unfit(`${what} is empty`)
  if (text.length > maxNameLength) {
    throw unfit(`${what} is longer than ${maxNameLength} characters`)
  }
  if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(text)) throw unfit(`${what} holds a control character`)
  if (!text.isWellFormed()) throw unfit(`${what} holds half a character`)
  return text
}

export function unfit(detail: string): Failure {
  return new Failure('resource-invalid', { detail })
}
