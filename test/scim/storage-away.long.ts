/**
 * The database is cut off again and again in the middle of a push, inside transactions and on the way of a commit. Each
 * time the sender is told 503 with Retry-After, never 404, and what it sends again ends as it should.
 */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { createToken } from '../../src/scim/tokens.ts'
import { openPostgres } from '../../src/storage/postgres.ts'
import { type PostgresServer, startPostgres } from '../support/postgres.ts'
import { startTcpProxy } from '../support/tcp-proxy.ts'
import { contoso, ourAudience, startTestIssuer, type TestIssuer } from '../support/test-issuer.ts'
import { inFolder, startVisage } from '../support/visage.ts'
import { type Carry, converse } from './senders/conversation.ts'
import { senders } from './senders/every-sender.ts'
import { callerOf } from './senders/sender.ts'

let issuer: TestIssuer
let postgres: PostgresServer
before(async () => {
  issuer = await startTestIssuer()
  postgres = await startPostgres()
})
after(async () => {
  await issuer[Symbol.asyncDispose]()
  await postgres[Symbol.asyncDispose]()
})

const inOrder: Carry = async tasks => {
  for (const task of tasks) await task()
}

describe('a push during which the database is cut off', () => {
  for (const [name, sender] of Object.entries(senders)) {
    test(`by ${name}`, () =>
      inFolder(async cwd => {
        const url = new URL(await postgres.createDatabase())
        await using proxy = await startTcpProxy(Number(url.port))
        const direct = url.href
        url.port = String(proxy.port)
        const node = await startVisage(['serve'], {
          cwd,
          env: {
            ...{ VISAGE_DATABASE: url.href, VISAGE_DATA: cwd, VISAGE_PORT: '0' },
            ...{ VISAGE_ISSUER: `${issuer.origin}/${contoso}/v2.0`, VISAGE_AUDIENCE: ourAudience },
          },
        })
        const token = await tokenIn(direct)
        let cuts = 0
        // A connection carries at least a few requests: each of them is cut somewhere else.
        proxy.breakAfter(() => 8000 + ((cuts * 7919) % 30_000))
        const call = callerOf(node.origin, token, () => {
          cuts += 1
          assert.ok(cuts < 1000)
        })
        await converse(call, sender, inOrder, [3, 2])
        assert.ok(cuts > 3, `only ${cuts} requests were cut off`)
        proxy.mend()
        assert.deepEqual(await node.stop(), { code: 0, signal: null })
        assert.doesNotMatch(node.stderr(), /"event":"bug"/)
      }))
  }
})

async function tokenIn(url: string): Promise<string> {
  await using database = await openPostgres({ url, connections: 1 })
  const wanted = { tenantId: contoso, name: 'sender', expiresAt: null }
  const { token } = await createToken(database, wanted, Date.now())
  return token
}
