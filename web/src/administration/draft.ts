/**
 * What is written in a form: what is wrong with it before anything is sent, what has changed, and which field a refusal
 * of the server is about. The fields are a table: one for people, one for groups.
 */
import { Problem } from '../graph/problem.ts'

export type Field = Readonly<{
  /** As Graph calls it. */
  name: string
  isRequired?: true
  /** Addresses are written as `name@domain`; an alias is the part before the @; a choice is one of `options`. */
  form: 'text' | 'address' | 'alias' | 'choice'
  options?: readonly string[]
}>

/** Texts by the names of Graph. */
export type Draft = Readonly<Record<string, string>>
export type Wrong = 'missing' | 'no-address' | 'no-alias' | 'taken' | 'refused'
export type Wrongs = Readonly<Record<string, Wrong | undefined>>
/** As they are sent: null removes a text. */
export type Texts = Readonly<Record<string, string | null>>

/** Longer texts are refused by the server. */
export const maxLength = 640

/** Without the spaces around each text. */
export function trimmed(draft: Draft): Draft {
  return Object.fromEntries(Object.entries(draft).map(([name, text]) => [name, text.trim()]))
}

/** Of a trimmed draft. */
export function findWrongs(fields: readonly Field[], draft: Draft): Wrongs {
  const found = fields.flatMap(field => {
    const wrong = wrongOf(field, draft[field.name] ?? '')
    return wrong ? [[field.name, wrong] as const] : []
  })
  return Object.fromEntries(found)
}

/** As the server has them. */
const forms: Readonly<Partial<Record<Field['form'], readonly [RegExp, Wrong]>>> = {
  address: [/^[^\s@]+@[^\s@]+$/, 'no-address'],
  alias: [/^[!#-'*+\-/0-9=?A-Z^-~]{1,64}$/, 'no-alias'],
}

function wrongOf({ isRequired, form }: Field, text: string): Wrong | undefined {
  if (text === '') return isRequired && 'missing'
  const [pattern, wrong] = forms[form] ?? []
  return pattern?.test(text) === false ? wrong : undefined
}

/** Only what differs, and null for what was emptied. */
export function changesOf(before: Draft, after: Draft): Texts {
  const changed = Object.entries(after).filter(([name, text]) => (before[name] ?? '') !== text)
  return Object.fromEntries(changed.map(([name, text]) => [name, text || null]))
}

/** The server names the property; undefined where the refusal is about something else. */
export function refusedField(fields: readonly Field[], problem: unknown): Wrongs | undefined {
  if (!(problem instanceof Problem) || problem.kind !== 'refused') return undefined
  const field = fields.find(({ name }) => new RegExp(`\\b${name}\\b`).test(problem.words))
  if (!field) return undefined
  return { [field.name]: problem.words.includes('already exists') ? 'taken' : 'refused' }
}
