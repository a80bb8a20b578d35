/**
 * The person who is signed in and their consent, in the form of the OAuth library. Everyone consents to
 * everything; the permission tables decide what each may do.
 */

import { type Account, type Grant, interactionPolicy, type KoaContextWithOIDC } from 'oidc-provider'
import { signInName } from './claims.ts'
import { signInScopes } from './clients.ts'
import type { People, Person } from './people.ts'

type Context = KoaContextWithOIDC

type TenantPeople = Readonly<{ people: People; tenantId: string }>

export async function findAccount(
  { people, tenantId }: TenantPeople,
  id: string,
): Promise<Account | undefined> {
  const person = await people.findPerson(tenantId, id)
  if (!person) return undefined
  return { accountId: person.id, claims: () => describePerson(person, tenantId) }
}

function describePerson(person: Person, tenantId: string) {
  return {
    sub: person.id,
    oid: person.id,
    tid: tenantId,
    ver: '2.0',
    name: person.displayName,
    preferred_username: signInName(person, tenantId),
    upn: person.userPrincipalName,
    ...(person.mail ? { email: person.mail } : {}),
  }
}

/** There is no consent page: choosing a person is enough. */
export async function grantAll(audience: string, ctx: Context): Promise<Grant | undefined> {
  const { client, account, session, provider, params, requestParamScopes } = ctx.oidc
  if (!client || !account) return undefined
  const known = session?.grantIdFor(client.clientId)
  const found = known ? await provider.Grant.find(known) : undefined
  const grant =
    found?.accountId === account.accountId
      ? found
      : new provider.Grant({ accountId: account.accountId, clientId: client.clientId })
  const scope = [...requestParamScopes].join(' ')
  grant.addOIDCScope(scope)
  grant.addResourceScope(text(params?.resource) || audience, scope)
  await grant.save()
  return grant
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** `login_hint` for another person than the signed-in one shows the page again. */
export function choosePolicy({ people, tenantId }: TenantPeople): interactionPolicy.DefaultPolicy {
  const policy = interactionPolicy.base()
  policy.remove('consent')
  const check = new interactionPolicy.Check(
    'login_hint',
    'someone else is signed in',
    async ({ oidc }) => {
      const hint = oidc.params?.login_hint
      if (typeof hint !== 'string' || oidc.result?.login) return false
      const person = await people.findPerson(tenantId, hint)
      return person !== undefined && person.id !== oidc.session?.accountId
    },
  )
  policy.get('login')?.checks.add(check)
  return policy
}

/** Graph has hundreds of scopes and apps ask for many at once: every scope exists. */
export function listScopes({ oidc }: Context): string {
  const { AuthorizationCode, RefreshToken, DeviceCode } = oidc.entities
  const asked = oidc.params?.scope
  const all = [asked, AuthorizationCode?.scope, RefreshToken?.scope, DeviceCode?.scope]
  const words = all.flatMap(scope => (typeof scope === 'string' ? scope.split(' ') : []))
  return [...new Set(words)].filter(word => !signInScopes.includes(word)).join(' ')
}
