/**
 * Records when each source last succeeded, at most once a minute for each: a write for every request would cost more
 * than most requests.
 */
import { recordSuccess } from '../directory/sources/state.ts'
import type { ScimParts } from './request.ts'
import type { Sender } from './sender.ts'

const everyMs = 60_000

type Successes = Readonly<{ note: (sender: Sender) => Promise<void> }>

/** A success that cannot be recorded does not fail the request. */
export function createSuccesses({
  database,
  now,
  elapsed,
  events,
  isReadOnly,
}: Pick<ScimParts, 'database' | 'now' | 'elapsed' | 'events' | 'isReadOnly'>): Successes {
  const notedAt = new Map<string, number>()
  return {
    async note(sender) {
      const key = JSON.stringify([sender.tenantId, sender.source])
      const last = notedAt.get(key) ?? Number.NEGATIVE_INFINITY
      if (isReadOnly === true || elapsed() - last < everyMs) return
      notedAt.set(key, elapsed())
      try {
        await recordSuccess(database, sender, now())
      } catch (error) {
        notedAt.delete(key)
        events.troubled('recording the success of a source', error)
      }
    },
  }
}
