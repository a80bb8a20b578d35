/**
 * What the page does first: read its configuration, end a sign-in that comes back, or begin one silently after a
 * reload. It ends with a session, or with the reason why there is none.
 */
import { pathBelow, readKept, showPath } from './history.ts'
import { type Configuration, readConfiguration } from './sign-in/configuration.ts'
import type { Memory } from './sign-in/errand.ts'
import type { Browser } from './sign-in/leaving.ts'
import { createSession, type Session } from './sign-in/session.ts'
import { SignInTrouble } from './sign-in/trouble.ts'

export type Started = Readonly<{
  configuration: Configuration | undefined
  session: Session | undefined
  /** Why nobody is signed in, where that is an error. */
  trouble: unknown
  /** Of the page before it was left. */
  memory: Memory | undefined
}>

export type Beginning = Readonly<{
  browser: Browser
  memory: Memory
  /** That the view at a path needs. */
  permissionsAt: (path: string) => readonly string[]
}>

/** Resolves never where the page is being left. */
export async function start(beginning: Beginning): Promise<Started> {
  const { browser } = beginning
  try {
    const configuration = await readConfiguration(browser.base, browser.fetch)
    const session = createSession(configuration, browser)
    const ended = await startSession(configuration, session, beginning)
    return { configuration, session, ...ended }
  } catch (trouble) {
    return { configuration: undefined, session: undefined, trouble, memory: undefined }
  }
}

/** An issuer comes back with some of these. */
const answers = ['code', 'error', 'state']

type Ended = Pick<Started, 'trouble' | 'memory'>

async function startSession(
  { clientId }: Configuration,
  session: Session,
  { browser, memory, permissionsAt }: Beginning,
): Promise<Ended> {
  try {
    if (clientId === null) throw new SignInTrouble('noClient')
    const query = new URLSearchParams(location.search)
    if (answers.some(name => query.has(name))) return await comeBack(browser.base, session, query)
    if (!readKept().signedIn) return { trouble: undefined, memory: undefined }
    await session.begin({ manner: 'silent', memory, permissions: permissionsAt(memory.view) })
    return await new Promise(() => {})
  } catch (trouble) {
    return { trouble, memory: undefined }
  }
}

/** The code leaves the address bar and the history before anything can fail. */
async function comeBack(base: string, session: Session, query: URLSearchParams): Promise<Ended> {
  showPath(base, pathBelow(base, location.href), 'signed-out')
  const finished = await session.finish(query)
  showPath(base, finished.memory.view, session.person() ? 'signed-in' : 'signed-out')
  return finished
}
