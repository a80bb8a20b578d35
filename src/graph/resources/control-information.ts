/**
 * OData control information (`@odata.…`), at the level that a client requests by `odata.metadata`
 * in Accept or $format. The properties themselves are in resources.ts.
 *
 * https://docs.oasis-open.org/odata/odata-json-format/v4.01/odata-json-format-v4.01.html#sec_ControllingtheAmountofControlInforma
 */
import { Failure } from '../../failure.ts'
import { type EntityName, entityTypes, isCollection, itemType } from './schema.ts'

export type Json = Readonly<Record<string, unknown>>
export type Level = 'minimal' | 'full' | 'none'

/** A resource to be written as JSON. */
export type Shown = Readonly<{
  type: EntityName
  /** Its key in a collection; undefined for a single resource such as `photo`. */
  key: string | undefined
  /** The entity set of its address, when it differs from the context. */
  set?: string
  /** True when no request to its address can change it. */
  isReadOnly?: true
  /** Annotations that the minimal level includes, such as `@odata.mediaEtag`. */
  annotations?: Json
  properties: Json
  /** Selected names in lower case; undefined without $select. */
  selected: ReadonlySet<string> | undefined
}>

const levelPattern = /;\s*(?:odata\.)?metadata\s*=\s*"?(minimal|full|none)"?\s*(?=[;,]|$)/i

/**
 * "If specified, $format overrides any value specified in the Accept header." A type that cannot be
 * served is answered at the minimal level, never with 406: clients send `application/octet-stream`
 * and expect JSON.
 */
export function levelOf(accept: string | undefined, query: string): Level {
  const options = query === '' ? [] : [...new URLSearchParams(query)]
  const format = options.find(([name]) => /^\$?format$/i.test(name))?.[1]
  const asked = levelPattern.exec(format ?? accept ?? '')?.[1]?.toLowerCase()
  return (asked as Level | undefined) ?? 'minimal'
}

/** $format is deliberate, so a value other than JSON is refused. Accept is never refused. */
export function expectJsonFormat(format: string): void {
  if (/^(json|application\/json(\s*;.*)?)$/is.test(format)) return
  throw new Failure('query-option-invalid', {
    facts: { option: '$format', reason: 'answers are application/json' },
  })
}

/** `url` is the address of this resource. */
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
 * In the order that `odata.streaming=true` requires: type and id first, the type of a property
 * right before it, navigation links last. There are no association links, because `$ref` cannot be
 * read.
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

/**
 * JSON distinguishes text, numbers and booleans; times and the element type of lists need an
 * annotation.
 */
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

/** Built-in types are written by their short name: `String`. */
function fullName(type: string): string {
  return type.replace(/^Edm\./, '').replace(/^graph\./, 'microsoft.graph.')
}

/** With $select, only the selected ones. */
function navigationLinks({ type, selected }: Shown, url: string): Json {
  const { navigation, related } = entityTypes[type]
  const names = Object.keys({ ...navigation, ...related })
  return Object.fromEntries(
    names
      .filter(name => selected === undefined || selected.has(name.toLowerCase()))
      .map(name => [`${name}@odata.navigationLink`, `${url}/${name}`]),
  )
}
