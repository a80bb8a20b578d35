/** Table: the senders of the conversations, and a service for them to talk to. */
import assert from 'node:assert/strict'
import { startVisage } from '../../../src/visage.ts'
import { authentik } from './authentik.ts'
import { entra, entraWithFlag } from './entra.ts'
import { keycloak } from './keycloak.ts'
import { okta } from './okta.ts'
import { type Call, callerOf, type Sender } from './sender.ts'

export const senders: Readonly<Record<string, Sender>> = {
  'Entra ID': entra,
  'Entra ID with its flag': entraWithFlag,
  Okta: okta,
  authentik,
  'scim-for-keycloak': keycloak,
}

export type Service = AsyncDisposable &
  Readonly<{
    /** Calls with a token of its own source. */
    callAs: (name: string) => Promise<Call>
  }>

export async function startService(): Promise<Service> {
  const visage = await startVisage({ photos: 'none' })
  return {
    async callAs(name) {
      const answer = await fetch(`${visage.url}/_visage/scim-token`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ do: 'create', name }),
      })
      const { token }: { token?: unknown } = JSON.parse(await answer.text())
      assert.ok(typeof token === 'string')
      return callerOf(visage.url, token)
    },
    [Symbol.asyncDispose]: () => visage.close(),
  }
}
