/** A text that a person typed, as a search of Graph. */

/** Graph counts, and searches, only with this header. */
export const eventual = { ConsistencyLevel: 'eventual' } as const

/** More are in nobody's name, and the server refuses very long texts. */
const [maxWords, maxCharacters] = [6, 100]

/** The words in one of these properties; undefined for no words. A quotation mark would end the clause. */
export function searchClauses(text: string, properties: readonly string[]): string | undefined {
  const cut = text.slice(0, maxCharacters).toWellFormed().replace(/["\\]/g, ' ')
  const words = cut.trim().split(/\s+/).slice(0, maxWords).join(' ')
  if (words === '') return undefined
  return properties.map(name => `"${name}:${words}"`).join(' OR ')
}
