/** What the server tells the page: where to sign in, as which client, and how permissions are spelled as scopes. */
import { SignInTrouble } from './trouble.ts'

export type Configuration = Readonly<{
  issuer: string
  /** null: the operator has not set VISAGE_PAGE_CLIENT_ID. */
  clientId: string | null
  /** Permission -> scope. */
  scopes: Readonly<Record<string, string>>
  /** Further parameters of the authorization request. */
  parameters: Readonly<Record<string, string>>
  mode: 'dev' | 'serve'
  version: string
}>

type Fetch = (address: string) => Promise<Response>

/** `base` ends with a slash. */
export async function readConfiguration(base: string, fetch: Fetch): Promise<Configuration> {
  const address = new URL('.well-known/visage.json', base).href
  try {
    const response = await fetch(address)
    if (!response.ok) throw new Error(`status ${response.status}`)
    return (await response.json()) as Configuration
  } catch (error) {
    throw new SignInTrouble('noConfiguration', { address }, error)
  }
}
