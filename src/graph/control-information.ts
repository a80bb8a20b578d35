/**
 * What OData says around the data (`@odata.…`), and how much of it a client wants: `odata.metadata` in
 * Accept or $format. It decides only what stands beside the properties, never which there are.
 *
 * https://docs.oasis-open.org/odata/odata-json-format/v4.01/odata-json-format-v4.01.html#sec_ControllingtheAmountofControlInforma
 */
import { Failure } from '../failure.ts'
import { type EntityName, entityTypes, isCollection, itemType } from './schema.ts'

export type Json = Readonly<Record<string, unknown>>
export type Level = 'minimal' | 'full' | 'none'

/** A resource as it is to be told. */
export type Shown = Readonly<{
  type: EntityName
  /** Its key in a collection; undefined where only one thing has the address, as `photo`. */
  key: string | undefined
  /** The set that it is addressed in, where the context names another. */
  set?: string
  /** No request at its own address changes it. */
  isReadOnly?: true
  /** What is told at the minimal level already: `@odata.mediaEtag` and its like. */
  annotations?: Json
  properties: Json
  /** Lower case; undefined when nothing was selected. */
  selected: ReadonlySet<string> | undefined
}>

const levelPattern = /;\s*(?:odata\.)?metadata\s*=\s*"?(minimal|full|none)"?\s*(?=[;,]|$)/i

/**
 * "If specified, $format overrides any value specified in the Accept header." What nobody can serve is
 * answered at the usual level and never 406: clients ask for `application/octet-stream` and get JSON.
 */
export function levelOf(accept: string | undefined, query: string): Level {
  const options = query === '' ? [] : [...new URLSearchParams(query)]
  const format = options.find(([name]) => /^\$?format$/i.test(name))?.[1]
  const asked = levelPattern.exec(format ?? accept ?? '')?.[1]?.toLowerCase()
  return (asked as Level | undefined) ?? 'minimal'
}

/** $format is asked for on purpose, so one that is not JSON is refused; Accept never is. */
export function expectJsonFormat(format: string): void {
  if (/^(json|application\/json(\s*;.*)?)$/is.test(format)) return
  throw new Failure('query-option-invalid', {
    facts: { option: '$format', reason: 'answers are application/json' },
  })
}

/** `url` is the address that belongs to this resource alone. */
export function present(shown: Shown, level: Level, url: string): Json {
  switch (level) {
    case 'none':
      return shown.properties
    case 'minimal':
      return { ...shown.annotations, ...shown.properties }
    case 'full':
      return presentInFull(shown, url)
  }
}

/**
 * In the order that `odata.streaming=true` promises: type and id first, a property's type right before
 * it, navigation last. There are no association links: no `$ref` can be read.
 */
function presentInFull(shown: Shown, url: string): Json {
  const { hasStream } = entityTypes[shown.type]
  return {
    '@odata.type': `#microsoft.graph.${shown.type}`,
    '@odata.id': url,
    [shown.isReadOnly ? '@odata.readLink' : '@odata.editLink']: url,
    ...(hasStream && !shown.isReadOnly && { '@odata.mediaEditLink': `${url}/$value` }),
    ...(hasStream && { '@odata.mediaReadLink': `${url}/$value` }),
    ...shown.annotations,
    ...withTypes(shown),
    ...navigationLinks(shown, url),
  }
}

/** JSON shows what a text, a number and a truth are, but not what a time is, nor what a list is a list of. */
function withTypes({ type, properties }: Shown): Json {
  const { base, properties: own } = entityTypes[type]
  const declared = { ...(base && entityTypes[base].properties), ...own }
  return Object.fromEntries(
    Object.entries(properties).flatMap(([name, value]) => {
      const propertyType = declared[name] ?? ''
      if (propertyType === 'Edm.DateTimeOffset' && value !== null) {
        return [
          [`${name}@odata.type`, '#DateTimeOffset'],
          [name, value],
        ]
      }
      if (!isCollection(propertyType)) return [[name, value]]
      return [
        [`${name}@odata.type`, `#Collection(${fullName(itemType(propertyType))})`],
        [name, value],
      ]
    }),
  )
}

/** Built-in types go by their short name: `String`. */
function fullName(type: string): string {
  return type.replace(/^Edm\./, '').replace(/^graph\./, 'microsoft.graph.')
}

/** With a selection only those that are in it. */
function navigationLinks({ type, selected }: Shown, url: string): Json {
  const { navigation, related } = entityTypes[type]
  const names = Object.keys({ ...navigation, ...related })
  return Object.fromEntries(
    names
      .filter(name => selected === undefined || selected.has(name.toLowerCase()))
      .map(name => [`${name}@odata.navigationLink`, `${url}/${name}`]),
  )
}
