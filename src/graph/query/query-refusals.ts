/** How query options are refused. */
import { Failure } from '../../failure.ts'

export function invalidOption(option: string, reason: string): Failure {
  return new Failure('query-option-invalid', { facts: { option, reason } })
}

/** In Graph's words. */
export function noSuchProperty(option: string, type: string, name: string): Failure {
  const shown = name.slice(0, 100)
  return invalidOption(
    option,
    `Could not find a property named '${shown}' on type 'microsoft.graph.${type}'`,
  )
}

/**
 * `query`: '$search', '$count', '$orderby', '$levels', or the operator of a $filter. Graph serves these only
 * with the header.
 * https://learn.microsoft.com/en-us/graph/aad-advanced-queries#error-handling-for-advanced-queries-on-directory-objects
 */
export function needsEventual(query: string): Failure {
  return new Failure('advanced-query', { facts: { query } })
}
