/**
 * Makes text from outside safe for a terminal.
 */

/** Control and format characters, line and paragraph separators. */
const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu

/** Stops a text from moving the cursor, changing colours or writing a line of its own. */
export function printable(text: string): string {
  return text.replaceAll(unprintable, '\u{fffd}')
}

/** As `printable`, for JSON: characters are escaped, so that nothing is lost. */
export function printableJson(value: unknown): string {
  return JSON.stringify(value).replaceAll(unprintable, escapeUnits)
}

function escapeUnits(sign: string): string {
  return sign
    .split('')
    .map(unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('')
}
