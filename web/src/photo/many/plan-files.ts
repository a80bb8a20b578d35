/**
 * Which file is whose photo, by its name. A name that fits nobody, or more than one person, and two files for one person
 * are shown and never chosen.
 */
import type { Person } from '../../graph/people.ts'

export type PlannedFile<Picture> = Readonly<{
  file: Picture
  match:
    | Readonly<{ kind: 'one'; person: Person }>
    | Readonly<{ kind: 'nobody' }>
    | Readonly<{ kind: 'several'; people: readonly Person[] }>
    /** Another file is for the same person. */
    | Readonly<{ kind: 'twice'; person: Person }>
}>

type Named = Readonly<{ name: string }>

/** `found`: for each file the people whom its name fits. */
export function planFiles<Picture extends Named>(
  files: readonly Picture[],
  found: readonly (readonly Person[])[],
): readonly PlannedFile<Picture>[] {
  const times = new Map<string, number>()
  for (const people of found) {
    const [person] = people
    if (person && people.length === 1) times.set(person.id, (times.get(person.id) ?? 0) + 1)
  }
  return files.map((file, index) => ({ file, match: matchOf(found[index] ?? [], times) }))
}

function matchOf(
  people: readonly Person[],
  times: ReadonlyMap<string, number>,
): PlannedFile<Named>['match'] {
  const [person] = people
  if (person === undefined) return { kind: 'nobody' }
  if (people.length > 1) return { kind: 'several', people }
  return times.get(person.id) === 1 ? { kind: 'one', person } : { kind: 'twice', person }
}

/** The name without its ending. Systems write letters with marks in two ways: one of them is compared. */
export function nameIn(fileName: string): string {
  const stem = fileName.replace(/\.[a-z]{3,4}$/i, '')
  return stem.normalize('NFC').trim()
}
