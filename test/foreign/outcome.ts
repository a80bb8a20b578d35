/**
 * What a program in another language says of each check, as lines of JSON on stdout:
 *
 *     {"check": "upload user"}                                 it held
 *     {"check": "upload user", "failed": "answer 500 …"}       it did not
 *     {"check": "batch photo", "library": "why, and its issue"} the SDK cannot do it, whatever the server
 *     {"check": "*", "library": "no call for it"}              all that the program says nothing of
 */
import { isObject } from '../../src/json.ts'
import { everyCheck } from './operations.ts'

export type Outcome = Readonly<{ check: string; failed?: string; library?: string }>

/** One for every check: one that is missing in the output has failed. Other lines are ignored. */
export function readOutcomes(output: string, checks: readonly string[] = everyCheck): Outcome[] {
  const said = output
    .split('\n')
    .map(readLine)
    .filter(outcome => outcome !== undefined)
  const unknown = said
    .filter(({ check }) => check !== '*' && !checks.includes(check))
    .map(({ check }) => ({ check, failed: 'there is no such check' }))
  return [...checks.map(check => outcomeOf(check, said)), ...unknown]
}

function outcomeOf(check: string, said: readonly Outcome[]): Outcome {
  const own = said.filter(outcome => outcome.check === check)
  const rest = said.find(outcome => outcome.check === '*')
  return (
    own.find(({ failed }) => failed !== undefined) ??
    own[0] ??
    (rest && { ...rest, check }) ?? { check, failed: 'the program said nothing of it' }
  )
}

function readLine(line: string): Outcome | undefined {
  if (!line.startsWith('{"check"')) return undefined
  const value: unknown = JSON.parse(line)
  if (!isObject(value) || typeof value.check !== 'string') return undefined
  const { check, failed, library } = value
  return {
    check,
    ...(typeof failed === 'string' && { failed }),
    ...(typeof library === 'string' && { library }),
  }
}
