/**
 * Files and people -> who gets which photo. Only a file that fits one person, and a person whom one file fits, are a match;
 * everything else is listed, never guessed. People pass by one after another; only those whom a file fits are kept.
 */
import { fold, loosen, trimmed } from './fold.ts'
import type { Pattern, Values } from './pattern.ts'
import type { Found } from './scan.ts'
import type { Wanted, WantedIndex } from './wanted.ts'

export type Person = Readonly<{
  id: string
  name: string
  /** The sign-in name of a person, the mail address of a group; '' if there is none. */
  address: string
}>

export type Candidate = Person & Readonly<{ values: Values }>

export type Match = Readonly<{
  file: Found
  person: Person
  /** The pattern that fitted. */
  by: string
  /** Only letter case or the encoding of accents differed. */
  isFolded: boolean
}>

export type Matching = Readonly<{
  /** In the order of the files. */
  matches: readonly Match[]
  unknown: readonly Readonly<{ file: Found; hint: string }>[]
  ambiguous: readonly Readonly<{ file: Found; people: readonly Person[] }>[]
  duplicates: readonly Readonly<{ person: Person; files: readonly Found[] }>[]
  /** Left out for a newer file of the same person. */
  superseded: readonly Readonly<{ file: Found; by: Found }>[]
  /** How many were seen. */
  people: number
  /** Patterns for which nobody has a value: the target does not keep such a property, or shows it to nobody. */
  emptyPatterns: readonly string[]
}>

export type Choice = 'none' | 'newest'

type Hit = Readonly<{ person: Person; by: string; isFolded: boolean }>

/** Of one file: enough to see that it is ambiguous, and to say with whom. */
const maxHits = 5

export async function match(
  files: readonly Found[],
  index: WantedIndex,
  people: AsyncIterable<Candidate>,
  patterns: readonly Pattern[],
  prefer: Choice,
): Promise<Matching> {
  const hits = new Map<Found, Hit[]>()
  const hints = new Map<Found, string>()
  const empty = new Set(patterns.map(({ text }) => text))
  let seen = 0
  for await (const candidate of people) {
    seen += 1
    for (const pattern of patterns) {
      const isFilled = compare(candidate, pattern, index, hits, hints)
      if (isFilled) empty.delete(pattern.text)
    }
  }
  const single = files.flatMap(file => {
    const [hit, other] = hits.get(file) ?? []
    return hit !== undefined && other === undefined ? [{ file, ...hit }] : []
  })
  return {
    ...oneFileEach(single, prefer),
    unknown: files
      .filter(file => !hits.has(file))
      .map(file => ({ file, hint: hints.get(file) ?? '' })),
    ambiguous: [...hits]
      .filter(([, found]) => found.length > 1)
      .map(([file, found]) => ({ file, people: found.map(({ person }) => person) })),
    people: seen,
    emptyPatterns: [...empty],
  }
}

/** False if the person has no value for it. */
function compare(
  { values, ...person }: Candidate,
  pattern: Pattern,
  { exact, near }: WantedIndex,
  hits: Map<Found, Hit[]>,
  hints: Map<Found, string>,
): boolean {
  const value = pattern.fill(values)
  if (value === undefined) return false
  const key = fold(value)
  const fitting = exact.get(key) ?? []
  for (const { file, plain } of fitting) {
    addHit(hits, file, { person, by: pattern.text, isFolded: plain !== trimmed(value) })
  }
  if (fitting.length > 0) return true
  for (const wanted of near.get(loosen(key)) ?? []) {
    if (!hints.has(wanted.file)) hints.set(wanted.file, hintOf(wanted, pattern, value, person))
  }
  return true
}

function addHit(hits: Map<Found, Hit[]>, file: Found, hit: Hit): void {
  const there = hits.get(file) ?? []
  if (there.length >= maxHits || there.some(({ person }) => person.id === hit.person.id)) return
  hits.set(file, [...there, hit])
}

function hintOf({ plain }: Wanted, { text }: Pattern, value: string, { name }: Person): string {
  if (/^\d+$/.test(plain)) return `${name} has ${text} ${value}: the zeros at the beginning differ`
  return `perhaps a second copy for ${name} (${text} ${value})`
}

/** Throws away no file: one of several is chosen only where a choice was asked for. */
function oneFileEach(
  matches: readonly Match[],
  prefer: Choice,
): Pick<Matching, 'matches' | 'duplicates' | 'superseded'> {
  const byPerson = Map.groupBy(matches, ({ person }) => person.id)
  const [kept, superseded]: [Match[], { file: Found; by: Found }[]] = [[], []]
  const duplicates: { person: Person; files: Found[] }[] = []
  for (const group of byPerson.values()) {
    const chosen = group.length === 1 || prefer === 'newest' ? newest(group) : undefined
    if (chosen !== undefined) {
      kept.push(chosen)
      const others = group.filter(one => one !== chosen)
      superseded.push(...others.map(({ file }) => ({ file, by: chosen.file })))
    } else if (group[0] !== undefined) {
      duplicates.push({ person: group[0].person, files: group.map(({ file }) => file) })
    }
  }
  return { matches: kept, duplicates, superseded }
}

/** undefined if two are equally new: that would be a guess. */
function newest(group: readonly Match[]): Match | undefined {
  const [first, second] = group.toSorted((a, b) => b.file.modifiedMs - a.file.modifiedMs)
  return first?.file.modifiedMs === second?.file.modifiedMs ? undefined : first
}
