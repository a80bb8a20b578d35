/** Which camera the button "Other camera" leads to: each in turn. */

/** Undefined where there is no other. A browser that hides the ids tells empty ones. */
export function cameraAfter(current: string, all: readonly string[]): string | undefined {
  const known = all.filter(Boolean)
  const next = known[(known.indexOf(current) + 1) % known.length]
  return next === current ? undefined : next
}
