/**
 * Whole conversations of Entra ID (with and without its flag), Okta, authentik and scim-for-keycloak, with bodies of our
 * own after their documentation and sources. conversations.long.ts has them in any order.
 */
import { after, before, describe, test } from 'node:test'
import { type Carry, converse } from './senders/conversation.ts'
import { type Service, senders, startService } from './senders/every-sender.ts'

describe('a conversation', () => {
  let service: Service
  before(async () => {
    service = await startService()
  })
  after(() => service[Symbol.asyncDispose]())

  for (const [index, [name, sender]] of Object.entries(senders).entries()) {
    test(`with ${name}`, async () => {
      const inOrder: Carry = async tasks => {
        for (const task of tasks) await task()
      }
      // One cycle for changes: a second would mend what the first did wrong.
      await converse(await service.callAs(`sender-${index}`), sender, inOrder, [2, 1])
    })
  }
})
