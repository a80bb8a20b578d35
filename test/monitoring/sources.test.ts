/** The metrics of sources of people and groups and of their tokens, as a server shows what its database has. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deleteUser, putUser } from '../../src/directory/change-users.ts'
import { confirmRemovals } from '../../src/directory/leaving/removals.ts'
import { recordSuccess } from '../../src/directory/sources/state.ts'
import { createMetrics } from '../../src/monitoring/metrics.ts'
import { createToken, revokeTokens } from '../../src/scim/tokens.ts'
import { startServer } from '../../src/serving/server.ts'
import { readConfig } from '../../src/settings/config.ts'
import { parseExposition } from '../support/exposition.ts'
import { ourAudience, startTestIssuer } from '../support/test-issuer.ts'

const tenantId = 'contoso'
const source = 'import:staff'

test('the metrics have the last success of a source, its removals that wait, and when its token expires', async () => {
  await using issuer = await startTestIssuer()
  const config = readConfig({ issuer: issuer.origin, audience: ourAudience, port: '0' }, {})
  const { registry, instruments } = createMetrics('1.2.3')
  const looks: (() => void)[] = []
  const server = await startServer({
    ...config,
    data: undefined,
    limits: { ...config.limits, leaversEveryMs: 20 },
    identity: () => ({ trust: config.trust, fetch: issuer.fetch }),
    instruments: [instruments, { lookedAtTokens: () => looks.shift()?.() }],
    write: () => {},
  })
  const nextLook = () => new Promise<void>(resolve => looks.push(resolve))
  const show = async () => {
    // The look that runs now may have read the rows before the change.
    await nextLook()
    await nextLook()
    const families = parseExposition(await registry.metrics())
    return [
      'visage_source_last_success_timestamp_seconds',
      'visage_removals_waiting',
      'visage_scim_token_expiry_timestamp_seconds',
    ].map(name => (families.get(name)?.samples ?? []).map(({ labels, value }) => [labels, value]))
  }
  try {
    const { database } = server.parts
    const at = Date.now()
    assert.deepEqual(await show(), [[], [], []])

    await recordSuccess(database, { tenantId, source }, 1_700_000_000_000)
    assert.deepEqual(await show(), [[[{ source }, 1_700_000_000]], [[{ source }, 0]], []])

    const ids = Array.from({ length: 25 }, (_, number) => `person-${number}`)
    for (const id of ids) {
      const person = { id, userPrincipalName: `${id}@contoso.example`, displayName: id }
      await putUser(database, tenantId, person, { source, at })
    }
    for (const id of ids.slice(0, 21)) await deleteUser(database, tenantId, id, { source, at })
    assert.deepEqual((await show())[1], [[{ source }, 21]])

    await confirmRemovals(database, { tenantId, source }, Date.now())
    assert.deepEqual((await show())[1], [[{ source }, 0]])

    for (const expiresAt of [null, 1_800_000_000_000, 1_900_000_000_000]) {
      await createToken(database, { tenantId, name: 'entra', expiresAt }, at)
    }
    assert.deepEqual((await show())[2], [[{ source: 'scim:entra' }, 1_800_000_000]])
    await revokeTokens(database, { tenantId, name: 'entra' })
    assert.deepEqual((await show())[2], [])
  } finally {
    await server.close()
  }
})
