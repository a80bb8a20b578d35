/** The two metrics of sources of people and groups, as a server shows what its database has. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deleteUser, putUser } from '../../src/directory/change-users.ts'
import { confirmRemovals } from '../../src/directory/removals.ts'
import { recordSuccess } from '../../src/directory/sources.ts'
import { createMetrics } from '../../src/monitoring/metrics.ts'
import { startServer } from '../../src/serving/server.ts'
import { readConfig } from '../../src/settings/config.ts'
import { parseExposition } from '../support/exposition.ts'
import { ourAudience, startTestIssuer } from '../support/test-issuer.ts'

const tenantId = 'contoso'
const source = 'import:staff'

test('the metrics have the last success of a source, and its removals that wait', async () => {
  await using issuer = await startTestIssuer()
  const config = readConfig({ issuer: issuer.origin, audience: ourAudience, port: '0' }, {})
  const { registry, instruments } = createMetrics('1.2.3')
  const looks: (() => void)[] = []
  const server = await startServer({
    ...config,
    data: undefined,
    limits: { ...config.limits, leaversEveryMs: 20 },
    identity: () => ({ trust: config.trust, fetch: issuer.fetch }),
    instruments: [instruments, { lookedAtSources: () => looks.shift()?.() }],
    write: () => {},
  })
  const nextLook = () => new Promise<void>(resolve => looks.push(resolve))
  const show = async () => {
    // The look that runs now may have read the rows before the change.
    await nextLook()
    await nextLook()
    const families = parseExposition(await registry.metrics())
    return ['visage_source_last_success_timestamp_seconds', 'visage_removals_waiting'].map(name =>
      (families.get(name)?.samples ?? []).map(({ labels, value }) => [labels, value]),
    )
  }
  try {
    const { database } = server.parts
    const at = Date.now()
    assert.deepEqual(await show(), [[], []])

    await recordSuccess(database, { tenantId, source }, 1_700_000_000_000)
    assert.deepEqual(await show(), [[[{ source }, 1_700_000_000]], [[{ source }, 0]]])

    const ids = Array.from({ length: 25 }, (_, number) => `person-${number}`)
    for (const id of ids) {
      const person = { id, userPrincipalName: `${id}@contoso.example`, displayName: id }
      await putUser(database, tenantId, person, { source, at })
    }
    for (const id of ids.slice(0, 21)) await deleteUser(database, tenantId, id, { source, at })
    assert.deepEqual((await show())[1], [[{ source }, 21]])

    await confirmRemovals(database, { tenantId, source }, Date.now())
    assert.deepEqual((await show())[1], [[{ source }, 0]])
  } finally {
    await server.close()
  }
})
