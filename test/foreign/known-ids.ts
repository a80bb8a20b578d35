/** Ids of the demo tenant, by name. */

export function idOf(
  entries: readonly Readonly<{ id: string; displayName: string }>[],
  name: string,
) {
  const found = entries.find(({ displayName }) => displayName === name)
  if (found === undefined) throw new Error(`the demo tenant has no ${name}`)
  return found.id
}
