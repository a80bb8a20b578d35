/**
 * GET /_visage/choices: what a token can be ordered with at POST /_visage/token, for a page that offers it: people,
 * permissions and directory roles.
 */
import { sendJson } from './issuer/exchange.ts'
import { type Handle, refuse, refuseStrangers } from './window-door.ts'

const choicesPath = '/_visage/choices'

export type Choices = Readonly<{
  people: readonly Readonly<{
    /** As an order names them: `alice`. */
    user: string
    userPrincipalName: string
    displayName: string
    isPersonal: boolean
    /** The names of the roles that every token of theirs has. */
    adminRoles: readonly string[]
  }>[]
  permissions: Readonly<{ delegated: readonly string[]; application: readonly string[] }>
  /** `id`: of the role's template, as in `wids`. */
  adminRoles: readonly Readonly<{ name: string; id: string }>[]
}>

export function createChoicesEndpoint(origin: string, choices: Choices): Handle {
  return (req, res) => {
    if (req.url?.split('?', 1)[0] !== choicesPath) return false
    if (refuseStrangers(req, res, origin)) return true
    req.resume()
    if (req.method === 'GET') sendJson(res, 200, choices)
    else refuse(res, 405, 'GET what a token can be ordered with here.')
    return true
  }
}
