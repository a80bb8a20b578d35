/**
 * Suggests which of the known words was probably meant.
 */

const longestCompared = 128

/** At most three of `known`, the most similar first; empty if none is similar. */
export function nearest(word: string, known: readonly string[]): readonly string[] {
  const wanted = word.toLowerCase().slice(0, longestCompared)
  const allowed = Math.max(2, Math.floor(wanted.length / 3))
  return known
    .map(name => ({ name, distance: likeness(wanted, name.toLowerCase()) }))
    .filter(({ distance }) => distance <= allowed)
    .sort((a, b) => a.distance - b.distance || a.name.localeCompare(b.name))
    .slice(0, 3)
    .map(({ name }) => name)
}

/** A beginning of a name is more common than a misspelt one. */
function likeness(wanted: string, name: string): number {
  if (wanted.length >= 2 && name.startsWith(wanted)) return 0
  return editDistance(wanted, name.slice(0, longestCompared))
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const swap = at(row, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(swap, at(row, j) + 1, at(next, j - 1) + 1))
    }
    row = next
  }
  return at(row, b.length)
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? 0
}
