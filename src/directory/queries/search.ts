/**
 * The searchable text of a row, the same for every database: one text column in lower case.
 * JavaScript folds the case, because SQLite's lower() supports only ASCII, and names such as Émile
 * and Ўлія occur. where-met.ts compares it; find-by-words.ts uses the words in directory_words.
 */
/**
 * Lines `property=whole value` and `property:word`, folded, each between line feeds, so that a
 * search text matches only from the beginning of a value or a word, and never across lines.
 */
export function searchText(
  values: readonly (readonly [property: string, value: string | null | undefined])[],
): string {
  const lines = values.flatMap(([property, value]) => {
    if (!value) return []
    const name = fold(property)
    return [`${name}=${fold(value)}`, ...words(value).map(word => `${name}:${word}`)]
  })
  return `\n${lines.join('\n')}\n`
}

/**
 * PostgreSQL cannot store NUL, and neither database a lone surrogate, so the search text is changed
 * as the stored text is.
 */
export function fold(text: string): string {
  return text
    .toWellFormed()
    .replaceAll('\0', '\ufffd')
    .normalize('NFC')
    .toLowerCase()
    .replaceAll('\n', ' ')
}

export function words(text: string): string[] {
  return fold(text)
    .split(/[\s,;@.()"'-]+/u)
    .filter(word => word !== '')
}
