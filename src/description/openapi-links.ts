/**
 * Links of the OpenAPI document: from the answer to a POST to what can be done with the new entity and
 * its photo. https://spec.openapis.org/oas/v3.1.1.html#link-object
 */
import { type Route, routes } from '../graph/routes.ts'
import { nameOperation, toTemplate } from './openapi-names.ts'

/** By name of the operation; of two methods that do the same, the first. */
export function linksToNew({ path }: Route): Readonly<Record<string, unknown>> {
  const linked = routes.filter(route => isAtNew(route.path, path))
  const entries = linked.flatMap(route =>
    Object.entries(route.on).map(([method, operation]) => {
      const operationId = nameOperation(route, method, operation)
      return [operation.name, { operationId, parameters: keysOf(route.path) }] as const
    }),
  )
  return Object.fromEntries(entries.toReversed())
}

/** The new entity `/contacts/{contact}`, and its photo. */
function isAtNew(path: string, collection: string): boolean {
  if (!path.startsWith(`${collection}/{`)) return false
  const rest = path.slice(collection.length + 1)
  return /^\{\w+\}(?:\/photo(?:\/\$value)?)?$/.test(rest)
}

/** The last key is the id of the new entity; the others are those of its collection. */
function keysOf(path: string): Readonly<Record<string, string>> {
  const names = [...toTemplate(path).matchAll(/\{(.+?)\}/g)].map(([, name = '']) => name)
  return Object.fromEntries(
    names.map((name, index) => [
      name,
      index === names.length - 1 ? '$response.body#/id' : `$request.path.${name}`,
    ]),
  )
}
