/** Why a sign-in failed. The sentence for each is in words (`signIn`), by this name and with these facts. */

export type TroubleKind =
  | 'unreachable'
  | 'refusedAt'
  | 'denied'
  | 'refused'
  | 'stale'
  | 'clockWrong'
  | 'notTrusted'
  | 'noClient'
  | 'noConfiguration'
  | 'noSubtle'
  | 'ended'

export class SignInTrouble extends Error {
  readonly kind: TroubleKind
  readonly facts: Readonly<Record<string, string>>

  constructor(kind: TroubleKind, facts: Readonly<Record<string, string>> = {}, cause?: unknown) {
    super(`${kind} ${Object.values(facts).join(' ')}`, { cause })
    this.name = 'SignInTrouble'
    this.kind = kind
    this.facts = facts
  }
}
