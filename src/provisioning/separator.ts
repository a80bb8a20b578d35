/**
 * The separator of a CSV: comma, semicolon or tab, whichever is most frequent in the first line outside quotes. A list of
 * separators would split the texts too.
 */

export type Separator = ',' | ';' | '\t'

export const separatorNames = {
  ',': 'commas',
  ';': 'semicolons',
  '\t': 'tabs',
} as const satisfies Record<Separator, string>

const separators = Object.keys(separatorNames) as Separator[]

/** Excel writes `sep=;` above the header and reads it; no other cell is on that line. */
const saidByExcel = /^sep=([,;\t])\r?(?:\n|$)/i

export function findSeparator(
  beginning: string,
): Readonly<{ separator: Separator; linesBefore: 0 | 1 }> {
  const said = separators.find(one => one === saidByExcel.exec(beginning)?.[1])
  if (said !== undefined) return { separator: said, linesBefore: 1 }
  const counts = countOutsideQuotes(beginning)
  const [most = ','] = separators.toSorted((a, b) => counts[b] - counts[a])
  return { separator: most, linesBefore: 0 }
}

function countOutsideQuotes(text: string): Record<Separator, number> {
  const counts = { ',': 0, ';': 0, '\t': 0 }
  let isQuoted = false
  for (const character of text.trimStart()) {
    if (character === '"') isQuoted = !isQuoted
    if (isQuoted) continue
    if (character === '\n' || character === '\r') break
    const separator = separators.find(one => one === character)
    if (separator !== undefined) counts[separator] += 1
  }
  return counts
}
