/**
 * The mount of the page: which calls it claims. Any other address, and any method but GET and HEAD, is left to the mounts after
 * it. What answers is loaded when somebody asks, because most starts of `visage dev` are for programs; `visage serve` has
 * to ask its issuer before, and loads it behind the start.
 */
import { isRead, type Mount } from '../call.ts'
import { wantedAt } from './addresses.ts'
import type { Page } from './page.ts'
import type { PageParts, PageSetup } from './setup.ts'

export function pageMount(
  setup: PageSetup,
  parts: PageParts,
): Mount & Readonly<{ end: () => void }> {
  const { mode } = setup
  let opened: Promise<Page> | undefined
  const open = () => {
    opened ??= import('./page.ts').then(({ openPage }) => openPage(setup, parts))
    return opened
  }
  if (mode === 'serve') open().catch(error => parts.troubled('opening the page', error))
  return {
    answers: call => isRead(call) && wantedAt(call.url, mode) !== undefined,
    answer: async call => (await open()).answer(call, wantedAt(call.url, mode) ?? 'html'),
    // Who opened it has reported a failure.
    end: () =>
      void opened?.then(
        page => page.end(),
        () => {},
      ),
  }
}
