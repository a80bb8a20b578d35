/**
 * The table of types as a CSDL document, which `/$metadata` answers with. schema.ts has the types; this file
 * writes the XML.
 *
 * https://docs.oasis-open.org/odata/odata-csdl-xml/v4.01/odata-csdl-xml-v4.01.html
 */

import {
  complexTypes,
  type EntityName,
  type EntityType,
  entityTypes,
  enumTypes,
  isCollection,
  itemType,
  type PropertyType,
  type Version,
} from '../graph/resources/schema.ts'
import { container, type Restrictions, restrictions, restrictionTerms } from './container.ts'

type Attributes = Readonly<Record<string, string | undefined>>

export function renderCsdl(version: Version): string {
  const edmx = element(
    'edmx:Edmx',
    { Version: '4.0', 'xmlns:edmx': 'http://docs.oasis-open.org/odata/ns/edmx' },
    [...references.map(renderReference), element('edmx:DataServices', {}, [renderSchema(version)])],
  )
  return `<?xml version="1.0" encoding="utf-8"?>\n${edmx}\n`
}

const vocabularies = 'https://oasis-tcs.github.io/odata-vocabularies/vocabularies'
const references = [
  { namespace: 'Org.OData.Core.V1', alias: 'Core' },
  { namespace: 'Org.OData.Capabilities.V1', alias: 'Capabilities' },
]

function renderReference({ namespace, alias }: (typeof references)[number]): string {
  return element('edmx:Reference', { Uri: `${vocabularies}/${namespace}.xml` }, [
    element('edmx:Include', { Namespace: namespace, Alias: alias }),
  ])
}

function renderSchema(version: Version): string {
  const types = listEntityTypes(version)
  const names = new Set<string>(types.map(([name]) => name))
  const enums = enumTypesOf(types)
  return element(
    'Schema',
    {
      Namespace: 'microsoft.graph',
      Alias: 'graph',
      xmlns: 'http://docs.oasis-open.org/odata/ns/edm',
    },
    [
      ...Object.entries(enumTypes)
        .filter(([name]) => enums.has(name))
        .map(([name, members]) => renderEnumType(name, members)),
      renderRootType(),
      ...types.map(([name, type]) => renderEntityType(name, type)),
      ...Object.entries(complexTypes).map(([name, properties]) =>
        element('ComplexType', { Name: name }, renderProperties(properties)),
      ),
      renderContainer(names),
      ...Object.entries(restrictions).map(([target, list]) => renderRestrictions(target, list)),
    ],
  )
}

/** The entity types of a version. */
function listEntityTypes(version: Version): readonly [EntityName, EntityType][] {
  const entries = Object.entries(entityTypes) as [EntityName, EntityType][]
  return entries.filter(([, { only }]) => only === undefined || only === version)
}

function enumTypesOf(types: readonly [EntityName, EntityType][]): ReadonlySet<string> {
  const used = types.flatMap(([, { properties }]) => Object.values(properties))
  return new Set(used.map(type => itemType(type).replace(/^graph\./, '')))
}

function renderEnumType(name: string, members: readonly string[]): string {
  return element(
    'EnumType',
    { Name: name },
    members.map((member, value) => element('Member', { Name: member, Value: String(value) })),
  )
}

/** Graph's own root of all entities. */
function renderRootType(): string {
  return element('EntityType', { Name: 'entity', Abstract: 'true' }, [
    element('Key', {}, [element('PropertyRef', { Name: 'id' })]),
    element('Property', { Name: 'id', Type: 'Edm.String', Nullable: 'false' }),
  ])
}

function renderEntityType(name: EntityName, type: EntityType): string {
  return element(
    'EntityType',
    { Name: name, BaseType: `graph.${type.base ?? 'entity'}`, HasStream: type.hasStream && 'true' },
    [
      ...renderProperties(type.properties),
      ...Object.entries(type.navigation ?? {}).map(([property, target]) =>
        element('NavigationProperty', {
          Name: property,
          Type: qualified(target),
          ContainsTarget: 'true',
        }),
      ),
      ...Object.entries(type.related ?? {}).map(([property, target]) =>
        element('NavigationProperty', { Name: property, Type: qualified(target) }),
      ),
      ...(type.alternateKey === undefined ? [] : [renderAlternateKey(type.alternateKey)]),
    ],
  )
}

function renderProperties(properties: Readonly<Record<string, PropertyType>>): string[] {
  return Object.entries(properties).map(([name, type]) =>
    element('Property', {
      Name: name,
      Type: type,
      Nullable: isCollection(type) ? 'false' : undefined,
    }),
  )
}

function qualified(type: string): string {
  return isCollection(type) ? `Collection(graph.${itemType(type)})` : `graph.${type}`
}

function renderAlternateKey(property: string): string {
  const reference = element('Record', {}, [
    element('PropertyValue', { Property: 'Alias', String: property }),
    element('PropertyValue', { Property: 'Name', PropertyPath: property }),
  ])
  const key = element('PropertyValue', { Property: 'Key' }, [
    element('Collection', {}, [reference]),
  ])
  return element('Annotation', { Term: 'Core.AlternateKeys' }, [
    element('Collection', {}, [element('Record', {}, [key])]),
  ])
}

function renderContainer(names: ReadonlySet<string>): string {
  const isThere = ([, type]: readonly [string, EntityName]) => names.has(type)
  return element('EntityContainer', { Name: 'GraphService' }, [
    ...Object.entries(container.sets)
      .filter(isThere)
      .map(([name, type]) =>
        element('EntitySet', { Name: name, EntityType: qualified(type) }, renderBindings(type)),
      ),
    ...Object.entries(container.unlisted).map(([name, type]) =>
      element('EntitySet', {
        Name: name,
        EntityType: qualified(type),
        IncludeInServiceDocument: 'false',
      }),
    ),
    ...Object.entries(container.singletons)
      .filter(isThere)
      .map(([name, type]) =>
        element('Singleton', { Name: name, Type: qualified(type) }, renderBindings(type)),
      ),
    element('Annotation', { Term: 'Capabilities.BatchSupported', Bool: 'true' }),
    element('Annotation', { Term: 'Capabilities.SupportedFormats' }, [
      element(
        'Collection',
        {},
        ['minimal', 'full', 'none'].map(
          level => `<String>application/json;odata.metadata=${level}</String>`,
        ),
      ),
    ]),
  ])
}

/** The entity set of each navigation property. */
function renderBindings(type: EntityName): string[] {
  const sets = Object.entries({ ...container.sets, ...container.unlisted })
  return Object.entries(entityTypes[type].related ?? {}).flatMap(([property, target]) =>
    sets
      .filter(([, entry]) => entry === itemType(target))
      .map(([set]) => element('NavigationPropertyBinding', { Path: property, Target: set })),
  )
}

function renderRestrictions(target: string, list: Restrictions): string {
  const annotations = Object.entries(restrictionTerms)
    .filter(([property]) => property in list)
    .map(([property, term]) =>
      element('Annotation', { Term: `Capabilities.${term}` }, [
        element('Record', {}, [element('PropertyValue', { Property: property, Bool: 'false' })]),
      ]),
    )
  return element('Annotations', { Target: `graph.${target}` }, annotations)
}

function element(name: string, attributes: Attributes, children: readonly string[] = []): string {
  const list = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([attribute, value]) => ` ${attribute}="${escapeXml(value ?? '')}"`)
    .join('')
  if (children.length === 0) return `<${name}${list}/>`
  const inner = children.map(child => child.replace(/^/gm, '  ')).join('\n')
  return `<${name}${list}>\n${inner}\n</${name}>`
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '"': '&quot;' }

function escapeXml(text: string): string {
  return text.replace(/[&<"]/g, character => entities[character] ?? '')
}
