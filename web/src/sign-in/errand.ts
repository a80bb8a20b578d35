/**
 * What is remembered between leaving for the issuer and coming back. The secrets lie in sessionStorage and are
 * removed before anything else is done with them; the rest travels in `state`. The whole state is compared with the
 * stored one, so a foreign page can neither finish a sign-in here nor choose what is restored.
 */

export type Memory = Readonly<{
  /** The path of the view, such as '/groups'. */
  view: string
  language: string
  theme: string
}>

export type Errand = Readonly<{
  verifier: string
  nonce: string
  state: string
  /** Permissions that were asked for. */
  permissions: readonly string[]
  /** Without any page of the issuer: nobody asked for this sign-in, so its refusal is not told. */
  manner: 'silent' | 'open'
}>

export type Store = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>

const key = 'visage-sign-in'

export function keepErrand(store: Store, errand: Errand): void {
  store.setItem(key, JSON.stringify(errand))
}

/** Each errand is taken once. */
export function takeErrand(store: Store): Errand | undefined {
  const text = store.getItem(key)
  store.removeItem(key)
  return text === null ? undefined : (JSON.parse(text) as Errand)
}

export function writeState(random: string, memory: Memory): string {
  const bytes = new TextEncoder().encode(JSON.stringify({ random, ...memory }))
  return btoa(String.fromCharCode(...bytes)).replace(/[+/=]/g, sign => urlSafe[sign] ?? '')
}

/** Only of a state that was compared with the stored one. */
export function readState(state: string): Memory {
  const base64 = state.replaceAll('-', '+').replaceAll('_', '/')
  const bytes = Uint8Array.from(atob(base64), sign => sign.charCodeAt(0))
  const { view, language, theme } = JSON.parse(new TextDecoder().decode(bytes)) as Memory
  return { view, language, theme }
}

const urlSafe: Readonly<Record<string, string>> = { '+': '-', '/': '_' }
