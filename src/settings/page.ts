/** The page for people: whether it is served, and with which client id it signs them in. */
import { chosenOf, wrong } from './reading.ts'
import type { Texts } from './table.ts'

/** It is part of addresses, so an accident such as a pasted line break is refused. */
const clientId = /^[\x21-\x7e]{1,255}$/

export function readPage(texts: Texts): Readonly<{ clientId: string | undefined }> | undefined {
  const { pageClientId } = texts
  if (pageClientId !== undefined && !clientId.test(pageClientId)) {
    throw wrong('pageClientId', pageClientId, 'a client id of up to 255 characters without spaces')
  }
  if (chosenOf(texts, 'page', ['on', 'off']) === 'off') return undefined
  return { clientId: pageClientId }
}
