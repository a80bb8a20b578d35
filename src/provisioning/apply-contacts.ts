/** Writes the contacts of a plan, in slices of one mailbox. */
import { putContacts } from '../directory/sources/put-contacts.ts'
import { Failure } from '../failure.ts'
import type { Desired } from './desired.ts'
import { type OwnedContact, refuseContact, toWanted } from './desired-contacts.ts'
import type { Applied, Applying } from './kinds.ts'
import type { Target } from './target.ts'
import { wordsOf } from './words.ts'

const batchRows = 200

export async function applyContacts(
  desired: Desired,
  target: Target,
  { signal, progress }: Applying,
): Promise<Applied> {
  let [written, refused] = [0, 0]
  while (!signal.aborted) {
    const slice = readSlice(desired)
    const [first] = slice
    if (first === undefined) break
    const words = await putSlice(target, first.user_id, slice)
    for (const row of slice) note(desired, row, words)
    if (words === undefined) written += slice.length
    else refused += slice.length
    progress(written)
  }
  return { written, refused }
}

/** Of one mailbox. */
function readSlice({ scratch }: Desired): OwnedContact[] {
  const rows = scratch.all<OwnedContact>(
    `select * from contact where did in ('created', 'changed') and done = 0
    order by user_id, number limit ?`,
    batchRows,
  )
  return rows.filter(row => row.user_id === rows[0]?.user_id)
}

/** Why none of them is written; undefined if they are. */
async function putSlice(
  { database, tenantId, source }: Target,
  userId: string,
  rows: readonly OwnedContact[],
): Promise<string | undefined> {
  try {
    await putContacts(database, { tenantId, userId }, rows.map(toWanted), source)
    return undefined
  } catch (error) {
    if (!(error instanceof Failure) || !expected.has(error.code)) throw error
    return wordsOf(error)
  }
}

const expected: ReadonlySet<string> = new Set(['user-not-found', 'mailbox-full'])

function note(desired: Desired, row: OwnedContact, words: string | undefined): void {
  if (words !== undefined) refuseContact(desired, row, words)
  else desired.scratch.run('update contact set done = 1 where number = ?', row.number)
}
