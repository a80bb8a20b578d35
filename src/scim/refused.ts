/** Refuses what a sender sent, with the reason and the word that SCIM has for it. */
import { Failure } from '../failure.ts'

/** https://www.rfc-editor.org/rfc/rfc7644#section-3.12 */
type ScimType =
  | 'invalidFilter'
  | 'invalidPath'
  | 'invalidSyntax'
  | 'invalidValue'
  | 'mutability'
  | 'noTarget'

export function refused(scimType: ScimType, reason: string): Failure {
  return new Failure('resource-invalid', { facts: { scimType, reason } })
}

const maxShown = 100

/** Foreign text in a message. */
export function quoted(text: string): string {
  return text.length > maxShown ? `'${text.slice(0, maxShown)}…'` : `'${text}'`
}
