/**
 * What a schema of SCIM says about an attribute. The schemas themselves are data in user-schema.ts and group-schema.ts;
 * discovery, reading, filters and PATCH follow from them.
 *
 * https://www.rfc-editor.org/rfc/rfc7643#section-7
 */

export type Attribute = Readonly<{
  name: string
  type: 'string' | 'boolean' | 'dateTime' | 'reference' | 'complex'
  description: string
  /** Default: a single value. */
  multiValued?: true
  /** A create without it gets a default; it cannot be removed. */
  required?: true
  /** Default: case is ignored in comparisons. */
  caseExact?: true
  /** Default: readWrite. A value that a sender gives for a readOnly attribute is ignored. */
  mutability?: 'readOnly' | 'writeOnly'
  uniqueness?: 'server'
  /** A name holds no control characters. */
  isName?: true
  /** A value is one of these; case is ignored. */
  canonicalValues?: readonly string[]
  /** Stands for a value that is not one of `canonicalValues`; without it, such a value is refused. */
  otherwise?: string
  subAttributes?: readonly Attribute[]
  /** What a reference leads to. */
  referenceTypes?: readonly string[]
  /** The value where a sender gives none. */
  initial?: string | boolean
  /** The property of the directory that keeps it. */
  property?: string
  /** Not kept: every entry that is shown has this value, whatever a sender sends. */
  always?: string | boolean
  /** In characters, or in entries of a list. Default: see values.ts. */
  limit?: number
}>

export type Schema = Readonly<{
  id: string
  name: string
  description: string
  attributes: readonly Attribute[]
}>

/** A sub-attribute's name -> its value. */
export type Entry = ReadonlyMap<string, string | boolean>

export type Value = string | boolean | Entry | readonly Entry[]

/**
 * An attribute's name -> its value; without an entry, it has none. Names are spelt as in the schema, and no two schemas
 * of a resource type have an attribute of the same name.
 */
export type Resource = ReadonlyMap<string, Value>
