/** What a person reads when a sign-in has failed: a sentence of `signIn`, by the name of the trouble. */
import type { Words } from './en.ts'

type Sentence = string | ((facts: never) => string)

export function explainTrouble(words: Words, trouble: unknown): string {
  const { kind, facts } = (trouble ?? {}) as Readonly<{ kind?: unknown; facts?: unknown }>
  const sentences: Readonly<Record<string, unknown>> = words.signIn
  const isKnown = typeof kind === 'string' && Object.hasOwn(sentences, kind)
  const sentence = isKnown ? (sentences[kind] as Sentence) : words.problems.unexpected
  return typeof sentence === 'function' ? sentence(facts as never) : sentence
}
