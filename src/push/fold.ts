/**
 * When two texts are the same name: file names come from Macs (decomposed accents), from Windows (spaces and dots at the
 * end) and from people (any letter case).
 */

/** Without what file systems add or forbid at the ends. */
export function trimmed(text: string): string {
  return text.trim().replace(/[. ]+$/, '')
}

/**
 * Equal for names that differ in letter case or in how accents are encoded. Upper case first, so that ß and ss are one.
 * https://www.unicode.org/reports/tr15/ and https://www.unicode.org/Public/UNIDATA/CaseFolding.txt
 */
export function fold(text: string): string {
  return trimmed(text).normalize('NFC').toUpperCase().toLowerCase().normalize('NFC')
}

/** Equal for names that a spreadsheet or a second copy made different: `00123` and `123`, `Anna (2)` and `Anna`. */
export function loosen(folded: string): string {
  if (/^\d+$/.test(folded)) return folded.replace(/^0+(?=\d)/, '')
  return folded.replace(/\s*(\(\d+\)|- copy|_\d)$/, '')
}
