/** The letters and the colour that stand for someone without a picture. */

/** First and last word; for Chinese names the last two characters, as people there abbreviate them. */
export function initialsOf(name: string): string {
  const words = name
    .replace(/\(.*?\)/g, ' ')
    .split(/[\s·・]+/)
    .filter(word => /[\p{L}\p{N}]/u.test(word))
  const [first = ''] = words
  if (/\p{Script=Han}/u.test(first)) return [...words.join('')].slice(-2).join('')
  const ends = words.length > 1 ? [first, words.at(-1) ?? ''] : [first]
  return ends
    .map(word => firstLetter(word))
    .join('')
    .toLocaleUpperCase()
}

const firstLetter = (word: string) => [...word].find(sign => /[\p{L}\p{N}]/u.test(sign)) ?? ''

/** Dark enough letters on a light ground, in any theme. */
export function toneOf(name: string): Readonly<{ ink: string; ground: string }> {
  let hash = 0
  for (const sign of name) hash = (Math.imul(hash, 31) + (sign.codePointAt(0) ?? 0)) >>> 0
  const hue = hash % 360
  return { ink: `hsl(${hue} 55% 24%)`, ground: `hsl(${hue} 62% 86%)` }
}
