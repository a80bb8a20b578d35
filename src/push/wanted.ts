/** Which name each file asks for: its own, or what a line of `--map` says. The folder is indexed; the directory passes by it. */
import { fold, loosen, trimmed } from './fold.ts'
import { stemOf } from './junk.ts'
import type { Found } from './scan.ts'

export type Wanted = Readonly<{ file: Found; plain: string }>

export type WantedIndex = Readonly<{
  /** By folded name. */
  exact: ReadonlyMap<string, readonly Wanted[]>
  /** By loosened name: only for hints. */
  near: ReadonlyMap<string, readonly Wanted[]>
}>

export type MapLine = Readonly<{ line: number; file: string; value: string }>

export function wantedByName(files: readonly Found[]): readonly Wanted[] {
  return files.map(file => ({ file, plain: trimmed(stemOf(file.path)) }))
}

/** A line may name a file with or without its folder and its ending. */
export function wantedByMap(
  files: readonly Found[],
  lines: readonly MapLine[],
): Readonly<{ wanted: readonly Wanted[]; unused: readonly MapLine[] }> {
  const named = new Map<string, Found[]>()
  for (const file of files) {
    for (const name of namesOf(file.path)) named.set(name, [...(named.get(name) ?? []), file])
  }
  const found = lines.map(line => ({
    line,
    files: named.get(fold(line.file.replaceAll('\\', '/'))) ?? [],
  }))
  return {
    wanted: found.flatMap(({ line, files }) =>
      files.map(file => ({ file, plain: trimmed(line.value) })),
    ),
    unused: found.filter(({ files }) => files.length === 0).map(({ line }) => line),
  }
}

function namesOf(path: string): ReadonlySet<string> {
  const name = path.slice(path.lastIndexOf('/') + 1)
  return new Set([path, name, stemOf(path)].map(fold))
}

export function indexWanted(wanted: readonly Wanted[]): WantedIndex {
  const [exact, near] = [new Map<string, Wanted[]>(), new Map<string, Wanted[]>()]
  for (const one of wanted) {
    const key = fold(one.plain)
    if (key === '') continue
    addTo(exact, key, one)
    addTo(near, loosen(key), one)
  }
  return { exact, near }
}

function addTo(index: Map<string, Wanted[]>, key: string, wanted: Wanted): void {
  const there = index.get(key)
  if (there === undefined) index.set(key, [wanted])
  else there.push(wanted)
}
