/**
 * The session: signing in by redirect, with the smallest permissions first and more when a view needs them. Tokens
 * live in this closure and nowhere else, so a reload has to ask the issuer again.
 */
import type { Configuration } from './configuration.ts'
import { type Errand, type Memory, readState, takeErrand } from './errand.ts'
import { findIssuer, type Issuer, isNeedOfPerson, toTrouble } from './issuer.ts'
import { type Browser, leaveFor, leaveToEnd, type Wish } from './leaving.ts'
import { type Person, readPerson, redeem, refreshTokens, type Tokens } from './tokens.ts'
import { SignInTrouble } from './trouble.ts'

export type Session = Readonly<{
  /** Ends a sign-in with the query that the issuer came back with. Throws where it was not begun here. */
  finish: (query: URLSearchParams) => Promise<Finished>
  /** Leaves the page to sign in. */
  begin: (wish: Wish) => Promise<void>
  /** Whether the issuer was asked for all of these. */
  hasAsked: (permissions: readonly string[]) => boolean
  /** A valid access token. Leaves the page where the issuer has not been asked for a permission yet. */
  tokenFor: (permissions: readonly string[], memory: Memory) => Promise<string>
  /** Forgets everything, and leaves the page where the issuer ends sessions. */
  end: () => Promise<void>
  person: () => Person | undefined
}>

export type Finished = Readonly<{
  /** Of the page before it was left. */
  memory: Memory
  /** Why nobody is signed in now. undefined: somebody is, or a silent sign-in found nobody. */
  trouble: unknown
}>

/** What everyone needs who sets their own photo. */
export const firstPermissions: readonly string[] = ['User.ReadWrite']

const renewBeforeMs = 120_000
export function createSession(configuration: Configuration, browser: Browser): Session {
  let tokens: Tokens | undefined
  let renewing: Promise<Tokens> | undefined
  let finding: Promise<Issuer> | undefined

  const issuer = () => {
    finding ??= openIssuer(configuration, browser).catch((error: unknown) => {
      finding = undefined
      throw error
    })
    return finding
  }

  const begin: Session['begin'] = async ({ manner, memory, permissions }) => {
    const asked = new Set([...firstPermissions, ...(tokens?.asked ?? []), ...permissions])
    const parts = { configuration, browser, issuer: await issuer(), tokens }
    await leaveFor(parts, { manner, memory, permissions: [...asked] })
  }

  const renew = (old: Tokens, refresh: string): Promise<Tokens> => {
    renewing ??= refreshTokens(browser, issuer, old, refresh)
      .then(fresh => {
        tokens = fresh
        return fresh
      })
      .finally(() => {
        renewing = undefined
      })
    return renewing
  }

  return {
    begin,
    finish: async query => {
      const errand = takeErrand(browser.store)
      // Another page sent the browser here, or the window is another one.
      if (!errand || query.get('state') !== errand.state) throw new SignInTrouble('stale')
      const memory = readState(errand.state)
      try {
        tokens = await redeem(browser, issuer, errand, query)
        return { memory, trouble: undefined }
      } catch (trouble) {
        return { memory, trouble: isExpected(errand, trouble) ? undefined : toTrouble(trouble) }
      }
    },
    hasAsked: permissions => permissions.every(name => tokens?.asked.includes(name)),
    tokenFor: async (permissions, memory) => {
      if (!tokens) throw new SignInTrouble('ended')
      const { asked } = tokens
      if (!permissions.every(name => asked.includes(name))) {
        await begin({ manner: 'more', memory, permissions })
        // The page is being left.
        return await new Promise(() => {})
      }
      if (tokens.expiresAt - browser.now() > renewBeforeMs) return tokens.access
      if (tokens.refresh) return (await renew(tokens, tokens.refresh)).access
      if (tokens.expiresAt > browser.now()) return tokens.access
      throw new SignInTrouble('ended')
    },
    end: async () => {
      const ended = tokens
      tokens = undefined
      if (ended) leaveToEnd(await issuer(), browser, ended)
    },
    person: () => tokens && readPerson(tokens.id),
  }
}

async function openIssuer(configuration: Configuration, { fetch, base }: Browser): Promise<Issuer> {
  const { issuer, clientId } = configuration
  if (clientId === null) throw new SignInTrouble('noClient')
  if (!globalThis.crypto?.subtle) throw new SignInTrouble('noSubtle', { address: base })
  return await findIssuer({ issuer, clientId, fetch })
}

/** Nobody asked for a silent sign-in: that it needs the person is no trouble. */
const isExpected = (errand: Errand, error: unknown) =>
  errand.manner === 'silent' && isNeedOfPerson(error)
