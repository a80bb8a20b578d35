/** Which view a path leads to. */

type Row = Readonly<{ path: string; mode: 'any' | 'dev' }>

export type FoundView<View extends Row> = Readonly<{
  view: View
  parameters: Readonly<Record<string, string>>
}>

/** undefined: none, or none in this mode. */
export function findView<View extends Row>(
  views: readonly View[],
  path: string,
  mode: 'dev' | 'serve',
): FoundView<View> | undefined {
  for (const view of views) {
    const parameters = matchPath(view.path, path)
    if (parameters && (view.mode === 'any' || view.mode === mode)) return { view, parameters }
  }
  return undefined
}

/** A slash at the end makes no difference. */
function matchPath(pattern: string, path: string): Record<string, string> | undefined {
  const expected = segmentsOf(pattern)
  const found = segmentsOf(path)
  if (expected.length !== found.length) return undefined
  const parameters: Record<string, string> = {}
  for (const [place, name] of expected.entries()) {
    const segment = found[place] ?? ''
    const parameter = /^\{(\w+)\}$/.exec(name)?.[1]
    if (parameter === undefined && name !== segment) return undefined
    if (parameter !== undefined) parameters[parameter] = decode(segment)
  }
  return parameters
}

const segmentsOf = (path: string) => path.split('/').filter(Boolean)

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    // `%` alone: the text as it is will name nobody.
    return segment
  }
}
