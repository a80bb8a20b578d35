/** Why a file cannot become a photo, as a sentence. */
import type { Words } from '../words/en.ts'
import type { Refusal } from './open-picture.ts'

export function explainRefusal(words: Words['crop'], refusal: Refusal): string {
  switch (refusal.kind) {
    case 'tooSmall':
      return words.tooSmall(refusal)
    case 'tooHeavy':
      return words.tooHeavy(refusal)
    case 'tooManyPixels':
      return words.tooManyPixels(refusal)
    default:
      return words[refusal.kind]
  }
}
