/** Table: the effects of the settings about the page for people. */
import assert from 'node:assert/strict'
import type { Effect } from './effects.ts'

export const pageEffects = {
  async page({ serve }) {
    const typeOf = async (text: string, path: string) => {
      const { visage } = await serve(text)
      return (await fetch(visage.origin + path)).headers.get('content-type')
    }
    for (const path of ['/', '/people/x']) {
      assert.equal(await typeOf('on', path), 'text/html; charset=utf-8')
      assert.equal(await typeOf('off', path), 'application/json')
    }
  },
  async pageClientId({ serve, issuer }) {
    const { visage, line } = await serve('page')
    const answer = await fetch(`${visage.origin}/.well-known/visage.json`)
    const { clientId, mode } = (await answer.json()) as { clientId: string; mode: string }
    assert.deepEqual([clientId, mode], ['page', 'serve'])
    // Its document does not allow other origins, so nobody can sign in: the log says so.
    const { problem } = await line('page-sign-in')
    assert.match(String(problem), new RegExp(`^${issuer.origin}/`))
  },
} as const satisfies Partial<Record<string, Effect>>
