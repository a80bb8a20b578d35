/**
 * Placeholders of a scenario's texts -> values. It knows which names are needed and how they are
 * written into a path; what they stand for is the target's to say.
 */

const placeholder = /\{(\w+)(?::(raw|twice|upper|encoded))?\}/g

/** Names that stand for themselves everywhere. */
const constants: Readonly<Record<string, string>> = {
  /** An id that nobody has. */
  missing: '0a0a0a0a-dead-4bee-8fed-0a0a0a0a0a0a',
  missingName: 'nobody.at.all@visage.example',
}

export type Values = ReadonlyMap<string, string>

export function valuesFrom(
  things: Readonly<Record<string, string | undefined>>,
): Map<string, string> {
  const values = new Map(Object.entries(constants))
  for (const [name, value] of Object.entries(things)) {
    if (value !== undefined) values.set(name, value)
  }
  return values
}

/** Every name that stands between braces anywhere in `data`. */
export function namesIn(data: unknown): Set<string> {
  const names = new Set<string>()
  walk(data, text => {
    for (const [, name = ''] of text.matchAll(placeholder)) names.add(name)
  })
  return names
}

function walk(data: unknown, visit: (text: string) => void): void {
  if (typeof data === 'string') visit(data)
  else if (typeof data === 'object' && data !== null && !(data instanceof RegExp)) {
    for (const entry of Object.values(data)) walk(entry, visit)
  }
}

export function fillPath(path: string, values: Values): string {
  return path.replace(placeholder, (whole, name: string, how?: string) => {
    const value = values.get(name)
    if (value === undefined) return whole
    if (how === 'raw') return value
    // As older releases of the Graph Toolkit write the name of a guest.
    if (how === 'twice') return value.replaceAll('#', '%2523')
    return encodeURIComponent(how === 'upper' ? value.toUpperCase() : value)
  })
}

export function fillText(text: string, values: Values): string {
  return text.replace(placeholder, (whole, name: string, how?: string) => {
    const value = values.get(name)
    if (value === undefined) return whole
    if (how === 'encoded') return encodeURIComponent(value)
    return how === 'upper' ? value.toUpperCase() : value
  })
}

/** Every text inside, however deep. */
export function fillAll(data: unknown, values: Values): unknown {
  if (typeof data === 'string') return fillText(data, values)
  if (Array.isArray(data)) return data.map(entry => fillAll(entry, values))
  if (typeof data !== 'object' || data === null || data instanceof RegExp) return data
  return Object.fromEntries(
    Object.entries(data).map(([name, entry]) => [name, fillAll(entry, values)]),
  )
}
