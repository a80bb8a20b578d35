/** `--match`: which text of a person a file must be called. `employeeId`, or several properties: `{surname}, {givenName}`. */
import { Stopped } from './stopped.ts'

export type Pattern = Readonly<{
  text: string
  /** In Graph's spelling. */
  properties: readonly string[]
  /** undefined if the person has no value for one of them: an empty part would match too much. */
  fill: (values: Values) => string | undefined
}>

export type Values = Readonly<Record<string, string | undefined>>

/** Answers are read by Graph's spelling, and people write names in any case. */
const spellings: ReadonlyMap<string, string> = new Map(
  [
    ...[
      'id',
      'userPrincipalName',
      'mail',
      'mailNickname',
      'employeeId',
      'displayName',
      'givenName',
    ],
    ...['surname', 'department', 'jobTitle', 'officeLocation', 'onPremisesSamAccountName'],
    ...['onPremisesUserPrincipalName', 'onPremisesImmutableId', 'mobilePhone'],
  ].map(name => [name.toLowerCase(), name]),
)

export function spellProperty(name: string): string {
  return spellings.get(name.toLowerCase()) ?? name
}

const property = /^[a-z][a-z0-9]{0,63}$/i
const placeholder = /\{([^{}]*)\}/g

/** Throws Stopped 'misuse'. */
export function readPattern(text: string): Pattern {
  if (property.test(text)) return patternOf(text, `{${text}}`)
  if (text.replace(placeholder, '').match(/[{}]/)) {
    throw new Stopped('misuse', `--match '${text}': a { or } has no counterpart`)
  }
  return patternOf(text, text)
}

function patternOf(text: string, form: string): Pattern {
  const properties = [...form.matchAll(placeholder)].map(([, name = '']) => spellProperty(name))
  const wrong = properties.find(name => !property.test(name))
  if (wrong !== undefined) {
    throw new Stopped('misuse', `--match '${text}': '${wrong}' is not the name of a property`)
  }
  if (properties.length === 0) {
    throw new Stopped(
      'misuse',
      `--match '${text}': write a property, such as employeeId, or several in braces, such as '{surname}, {givenName}'`,
    )
  }
  return { text, properties, fill: values => fill(form, values) }
}

function fill(form: string, values: Values): string | undefined {
  let isComplete = true
  const text = form.replace(placeholder, (_, name: string) => {
    const value = values[spellProperty(name)]
    isComplete &&= Boolean(value)
    return value ?? ''
  })
  return isComplete ? text : undefined
}
