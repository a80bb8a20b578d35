/**
 * What a JSON body may hold: a table of properties, each with the function that reads it and the
 * same rule in the terms of JSON Schema, so that /openapi.json says what is accepted.
 */
import { Failure } from '../../failure.ts'
import { isObject } from '../../json.ts'

export type Fields = Readonly<Record<string, unknown>>
type JsonSchema = Readonly<Record<string, unknown>>

/** A kind of value. `read` throws Failure 'resource-invalid'; undefined is a value that is missing. */
export type Kind<Value> = Readonly<{
  read: (fields: Fields, name: string) => Value
  schema: JsonSchema
}>

export type Body = Readonly<{
  /** Its name in /openapi.json, such as `newUser`. */
  name: string
  /** The type that it creates or changes, for messages. */
  type: string
  properties: Readonly<Record<string, Kind<unknown>>>
  /** Properties that must be there. */
  required?: readonly string[]
  /** Properties of which one must be there. */
  requiredOneOf?: readonly string[]
  /** Properties that must not be blank where they are given. */
  filled?: readonly string[]
}>

/**
 * At most 1,920 bytes in any script: an entry of PostgreSQL's index on names is limited to 2,704
 * bytes for all columns.
 */
export const maxTextLength = 640

export const text: Kind<string | undefined> = {
  read: readText,
  // PostgreSQL cannot store NUL.
  schema: { type: ['string', 'null'], maxLength: maxTextLength, pattern: '^[^\\u0000]*$' },
}

export const flag: Kind<boolean | undefined> = {
  read(fields, name) {
    const value = fields[name]
    if (value === null || typeof value === 'boolean') return value ?? undefined
    throw invalid(`${name} is neither true nor false`)
  },
  schema: { type: ['boolean', 'null'] },
}

/** Read elsewhere, or not at all. */
export const anything: Kind<unknown> = { read: (fields, name) => fields[name], schema: {} }

/** One of two or more texts; an empty one counts as missing. */
export function choice(...values: readonly string[]): Kind<string | undefined> {
  const listed = values.map(value => `'${value}'`).join(' nor ')
  return {
    read(fields, name) {
      const value = readText(fields, name)
      if (value === undefined || values.includes(value)) return value
      throw invalid(`${name} is neither ${listed}`)
    },
    schema: { enum: [...values, '', null] },
  }
}

/** A text that the pattern matches; an empty one counts as missing. */
export function matching(pattern: RegExp, problem: string): Kind<string | undefined> {
  return {
    read(fields, name) {
      const value = readText(fields, name)
      if (value === undefined || pattern.test(value)) return value
      throw invalid(`${name} ${problem}`)
    },
    schema: { ...text.schema, pattern: `^$|${pattern.source}` },
  }
}

export function listOf<Value>(
  entry: Kind<Value | undefined>,
  max: number,
): Kind<readonly NonNullable<Value>[]> {
  return {
    read(fields, name) {
      const one = `an entry of ${name}`
      return readList(fields, name, max).map(value => {
        const found = entry.read({ [one]: value }, one)
        if (found === undefined || found === null) throw invalid(`${one} is empty`)
        return found
      })
    },
    schema: { type: ['array', 'null'], maxItems: max, items: filledSchema(entry.schema) },
  }
}

function readList(fields: Fields, name: string, max: number): readonly unknown[] {
  const value = fields[name] ?? []
  if (Array.isArray(value) && value.length <= max) return value
  throw invalid(`${name} is not a list of at most ${max}`)
}

/** The same kind without null and without empty texts. */
function filledSchema(schema: JsonSchema): JsonSchema {
  const { type, enum: values } = schema
  return {
    ...schema,
    ...(Array.isArray(type) && { type: type.find(one => one !== 'null'), minLength: 1 }),
    ...(Array.isArray(values) && { enum: values.filter(Boolean) }),
  }
}

/** Names of annotations, which are accepted because clients send back what they have read. */
const annotation = /^(?!.*@odata\.bind$).*@/

function refuseUnknown(fields: Fields, { type, properties }: Body): void {
  const isKnown = (one: string) =>
    Object.hasOwn(properties, one) || annotation.test(one.toLowerCase())
  const unknown = Object.keys(fields).find(one => !isKnown(one))
  if (unknown === undefined) return
  throw invalid(`'${unknown.slice(0, 100)}' is no property of a ${type} that can be set here`)
}

/** Refuses what is missing or blank, and reads the properties that are given. */
export function readProperties(fields: Fields, body: Body): Readonly<Record<string, unknown>> {
  const { type, properties, required = [], filled = [] } = body
  refuseUnknown(fields, body)
  const missing = required.find(one => fields[one] === undefined)
  if (missing !== undefined) throw invalid(`a ${type} needs ${missing}`)
  const given = Object.entries(properties).filter(([one]) => Object.hasOwn(fields, one))
  const entries = given.map(([one, { read }]) => {
    const value = read(fields, one)
    if (filled.includes(one) && isBlank(value)) throw invalid(`${one} cannot be empty`)
    return [one, value] as const
  })
  return Object.fromEntries(entries)
}

/** The body as JSON Schema. */
export function describeBody(body: Body): JsonSchema {
  const { properties, required, requiredOneOf, filled = [] } = body
  const entries = Object.entries(properties).map(([name, { schema }]) => [
    name,
    filled.includes(name) ? notBlank(schema) : schema,
  ])
  return {
    type: 'object',
    ...(required && { required }),
    ...(requiredOneOf && {
      anyOf: requiredOneOf.map(name => ({
        required: [name],
        properties: { [name]: filledSchema(properties[name]?.schema ?? {}) },
      })),
    }),
    properties: Object.fromEntries(entries),
    patternProperties: { [annotation.source]: {} },
    additionalProperties: false,
  }
}

function notBlank(schema: JsonSchema): JsonSchema {
  const { minLength: _, ...filled } = filledSchema(schema)
  const isText = 'maxLength' in schema
  return isText ? { ...filled, allOf: [{ pattern: '\\S' }] } : filled
}

/** The fields of a body, under the names of its table. */
export function readObject(value: unknown, { properties }: Pick<Body, 'properties'>): Fields {
  if (isObject(value)) return underNames(value, Object.keys(properties))
  throw invalid('it is not a JSON object')
}

/**
 * Names are read in any case; one that is there twice is refused.
 * PnPjs adds contacts with `surName`.
 * https://github.com/pnp/pnpjs/blob/version-4/packages/graph/contacts/types.ts
 */
export function underNames(fields: Fields, names: readonly string[]): Fields {
  const spellings = new Map(names.map(name => [name.toLowerCase(), name]))
  const named = new Map<string, unknown>()
  for (const [given, value] of Object.entries(fields)) {
    const name = spellings.get(given.toLowerCase()) ?? given
    if (named.has(name)) throw invalid(`${name} is there twice`)
    named.set(name, value)
  }
  return Object.fromEntries(named)
}

export function readText(fields: Fields, name: string): string | undefined {
  const value = fields[name]
  if (value === undefined || value === null || value === '') return undefined
  if (typeof value !== 'string') throw invalid(`${name} is not a text`)
  if (value.length > maxTextLength)
    throw invalid(`${name} is longer than ${maxTextLength} characters`)
  if (value.includes('\0')) throw invalid(`${name} contains a NUL character`)
  return value
}

/** Whether a text is missing or only white space. */
function isBlank(value: unknown): boolean {
  return value === undefined || (typeof value === 'string' && value.trim() === '')
}

export function invalid(reason: string): Failure {
  return new Failure('resource-invalid', { facts: { reason } })
}
