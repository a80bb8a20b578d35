/** What one picture of the page needs: who signs in, where, and the steps that lead there. */
import type { Locator, Page } from 'playwright-core'
import type { Development } from '../../../src/dev/development.ts'
import type { Words } from '../../../web/src/words/en.ts'

export type Stand = Readonly<{
  page: Page
  words: Words
  visage: Development
  origin: string
  /** A picture to choose, and one that somebody else sets. */
  picture: Buffer
  other: Buffer
}>

export type Shot = Readonly<{
  name: string
  /** Default: the first view. */
  path?: string
  /** Default: alice; null: nobody signs in. */
  who?: string | null
  /** A view that listens to the server all the time: its network is never silent. */
  network?: 'listening'
  /** Before the page is opened. */
  given?: (stand: Stand) => Promise<unknown>
  steps?: (stand: Stand) => Promise<unknown>
}>

export const button = ({ page }: Pick<Stand, 'page'>, name: string): Locator =>
  page.getByRole('button', { name, exact: true })
