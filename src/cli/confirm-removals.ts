/** `visage people confirm-removals`: shows removals that wait because they were very many, and confirms them. */
import { findWaitingRemovals, letRemovalsGoOn, type WaitingRemovals } from '../upkeep/removals.ts'
import { confirm } from './confirm.ts'
import { type Column, chooseForm } from './forms.ts'
import { print } from './listing.ts'
import { type DirectoryFlags, tenantOf, withDirectory } from './open-directory.ts'
import { count, some } from './progress.ts'
import { jsonLines, type Terminal } from './terminal.ts'

export type ConfirmFlags = DirectoryFlags & Readonly<{ source?: string; yes?: boolean }>

export async function confirmRemovals(flags: ConfirmFlags, terminal: Terminal): Promise<void> {
  const form = chooseForm(flags)
  const { source, yes = false } = flags
  await withDirectory(flags, async database => {
    const filter = { tenantId: tenantOf(flags), source }
    const waiting = await findWaitingRemovals(database, filter, Date.now())
    if (waiting.length === 0 && form === 'text') return terminal.print('No removal waits.')
    const pages = (async function* () {
      yield waiting
    })()
    const noun = ['source', 'sources'] as const
    await print({ pages, form, names, columnsAt, noun }, terminal)
    if (waiting.length === 0) return
    const people = waiting.reduce((sum, { removed }) => sum + removed, 0)
    if (!yes) await confirm(question(people), 'nothing was confirmed.', terminal)
    await letRemovalsGoOn(database, waiting, Date.now())
    report(waiting, people, terminal)
  })
}

const names = ['tenantId', 'source', 'removed', 'since'] as const

function columnsAt(): Column<WaitingRemovals>[] {
  return [
    { heading: 'SOURCE', width: 24, text: ({ source }) => source },
    { heading: 'PEOPLE', width: 9, text: ({ removed }) => count(removed) },
    { heading: 'SINCE', width: 24, text: ({ since }) => since },
  ]
}

function question(people: number): string {
  const who = some(people, 'removed person', 'removed people')
  return `${who} can be restored until VISAGE_DELETED_DAYS have passed, then everything of them is erased. Confirm?`
}

function report(waiting: readonly WaitingRemovals[], people: number, terminal: Terminal): void {
  terminal.complain(
    `Confirmed: the removal of ${some(people, 'person', 'people')}. Their source can restore them until they are erased.`,
  )
  for (const { tenantId, source, removed } of waiting) {
    const line = { event: 'removals-confirmed', tenantId, source, removed }
    jsonLines(terminal, Date.now)('info', line)
  }
}
