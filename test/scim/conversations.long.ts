/** Conversations with senders that send everything at once, in any order: the end is the same. */
import { after, before, describe, test } from 'node:test'
import fc from 'fast-check'
import { type Carry, converse } from './senders/conversation.ts'
import { type Service, senders, startService } from './senders/every-sender.ts'

describe('a conversation of which each cycle is sent at once, in any order,', () => {
  let service: Service
  before(async () => {
    service = await startService()
  })
  after(() => service[Symbol.asyncDispose]())

  let sources = 0
  for (const [name, sender] of Object.entries(senders)) {
    test(`with ${name}`, async () => {
      const order = fc.infiniteStream(fc.nat())
      await fc.assert(
        fc.asyncProperty(order, async numbers => {
          sources += 1
          const atOnce: Carry = async tasks => {
            const shuffled = tasks
              .map(task => ({ task, at: numbers.next().value }))
              .toSorted((one, other) => one.at - other.at)
            await Promise.all(shuffled.map(({ task }) => task()))
          }
          await converse(await service.callAs(`sender-${sources}`), sender, atOnce, [4, 3])
        }),
        { numRuns: 4 },
      )
    })
  }
})
