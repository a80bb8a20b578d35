/** The width of texts in a terminal: East Asian letters and emoji take two cells, combining accents none. */

const wide =
  /[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\p{Emoji_Presentation}\u{3000}-\u{303f}\u{ff01}-\u{ff60}]/u

function cellsOf(character: string): number {
  if (/^\p{M}/u.test(character)) return 0
  return wide.test(character) ? 2 : 1
}

export function widthOf(text: string): number {
  if (/^[ -~]*$/.test(text)) return text.length
  return [...text].reduce((sum, character) => sum + cellsOf(character), 0)
}

export function padTo(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)))
}

/** A text that is too long ends with an ellipsis. */
export function cutTo(text: string, width: number): string {
  if (widthOf(text) <= width) return text
  let kept = ''
  let used = 1
  for (const character of text) {
    used += cellsOf(character)
    if (used > width) break
    kept += character
  }
  return `${kept}…`
}
