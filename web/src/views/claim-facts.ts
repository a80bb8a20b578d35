/** The claims of a token as facts to read: what each means, and times in words. */
import type { Claim } from '../developer/claims.ts'
import type { Fact } from '../ui/facts.tsx'
import type { Words } from '../words/en.ts'

/** `at`: now, or when the token was sent. */
export function claimFacts(
  claims: readonly Claim[],
  words: Words,
  tag: string,
  at: number,
): readonly Fact[] {
  const meanings: Readonly<Record<string, string>> = words.requests.claims
  return claims.map(({ name, value }) => {
    const meaning = Object.hasOwn(meanings, name) ? meanings[name] : undefined
    if (value.kind === 'list') return { name, value: value.texts, note: meaning }
    if (value.kind === 'text') return { name, value: value.text, note: meaning }
    const isOver = name === 'exp' && value.at <= at
    const note = isOver ? words.requests.expired : meaning
    return { name, value: new Date(value.at).toLocaleString(tag), note }
  })
}
