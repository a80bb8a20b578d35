/** Refuses the new contacts of a mailbox that would be above its quota, before anything is written. */
import { readMailboxSize, refuseFull } from '../directory/mailbox/mailbox.ts'
import { Failure } from '../failure.ts'
import type { Desired } from './desired.ts'
import { type ContactRow, refuseContact } from './desired-contacts.ts'
import type { Target } from './target.ts'
import { wordsOf } from './words.ts'

type Growth = Readonly<{ user_id: string; contacts: number; bytes: number }>

export async function refuseFullMailboxes(
  desired: Desired,
  { database, tenantId }: Target,
  leavers: 'stay' | 'go',
): Promise<void> {
  for (const { user_id: userId, contacts, bytes } of listGrowing(desired, leavers)) {
    const size = await readMailboxSize(database, { tenantId, userId })
    try {
      refuseFull({ contacts: size.contacts + contacts, textBytes: size.textBytes + bytes })
    } catch (error) {
      if (!(error instanceof Failure)) throw error
      refuseNew(desired, userId, wordsOf(error))
    }
  }
}

/** Contacts that are removed are subtracted from those that are added. */
function listGrowing({ scratch }: Desired, leavers: 'stay' | 'go'): Growth[] {
  return scratch.all<Growth>(`
    select user_id, sum(contacts) as contacts, sum(bytes) as bytes from (
      select user_id, count(*) filter (where did = 'created') as contacts, sum(bytes) as bytes
        from contact where did in ('created', 'changed') group by user_id
      union all
      select holder_id, -count(*), -sum(bytes)
        from leaver where list = 'contact' and '${leavers}' = 'go' group by holder_id)
    group by user_id having sum(contacts) > 0 or sum(bytes) > 0`)
}

function refuseNew(desired: Desired, userId: string, words: string): void {
  const rows = desired.scratch.all<ContactRow>(
    `select * from contact where user_id = ? and did in ('created', 'changed') and bytes > 0`,
    userId,
  )
  for (const row of rows) refuseContact(desired, row, words)
}
