/**
 * Refuses names that a person in the directory has, unless the file gives that person another name or, with leavers
 * removed, no longer names them.
 */
import type { Source } from '../directory/origin.ts'
import type { Desired } from './desired.ts'
import { refusePerson } from './desired-people.ts'

type Clash = Readonly<{ number: number; line: number; words: string }>

/** A person who is refused keeps their name, so a person who was to get that name is refused too: repeated to the end. */
export function refuseTakenNames(desired: Desired, source: Source, leavers: 'stay' | 'go'): void {
  const leaving = leavers === 'go' ? source : ''
  for (let found: readonly Clash[] = []; ; ) {
    found = desired.scratch.all<Clash>(
      `select person.number, person.line, clash.words
      from clash join person on person.number = clash.number
      left join person as holder on holder.id = clash.holder_id
      where person.did <> 'error' and (
        clash.is_id = 1 or holder.did = 'error' or holder.name_key = person.name_key
        or (holder.id is null and clash.holder_source <> ?))
      order by person.line`,
      leaving,
    )
    if (found.length === 0) return
    for (const clash of found) refusePerson(desired, clash, clash.words)
  }
}
