/**
 * The realm for Visage, as data: permissions as client scopes with Visage's audience, an application's as client roles,
 * an administrator's role as a realm role with the name of its template id.
 */
import { type Keycloak, realm, userAdministrator } from './keycloak.ts'

const audience = {
  name: 'audience',
  protocol: 'openid-connect',
  protocolMapper: 'oidc-audience-mapper',
  config: { 'included.client.audience': 'visage', 'access.token.claim': 'true' },
}

const permission = (name: string) => ({
  name,
  protocol: 'openid-connect',
  attributes: { 'include.in.token.scope': 'true' },
  protocolMappers: [audience],
})

const password = (value: string) => [{ type: 'password', value, temporary: false }]

const person = (username: string, firstName: string) => ({
  username,
  firstName,
  lastName: 'Adams',
  email: `${username}@example.org`,
  emailVerified: true,
  enabled: true,
  credentials: password(username),
})

const permissions = ['User.ReadWrite', 'User.ReadWrite.All']

const publicClient = {
  publicClient: true,
  directAccessGrantsEnabled: true,
  standardFlowEnabled: true,
  redirectUris: ['http://localhost:*', 'http://localhost/*'],
  webOrigins: ['*'],
  defaultClientScopes: ['basic', 'profile', 'email', 'roles', 'web-origins'],
  optionalClientScopes: ['offline_access', ...permissions],
}

const application = (clientId: string, attributes: Readonly<Record<string, string>> = {}) => ({
  clientId,
  secret: 'daemon',
  serviceAccountsEnabled: true,
  standardFlowEnabled: false,
  attributes,
})

const applicationRole = 'User.ReadWrite.All'

const clients = [
  { clientId: 'visage', bearerOnly: true },
  { clientId: 'web', ...publicClient },
  {
    clientId: 'light',
    ...publicClient,
    attributes: { 'client.use.lightweight.access.token.enabled': 'true' },
  },
  application('daemon'),
  application('daemon-with-sessions', { 'client_credentials.use_refresh_token': 'true' }),
]

type Ask = Keycloak['ask']
type Named = Readonly<{ id: string }>

/** Realm first: with its scopes at once, Keycloak would leave out its own. */
export async function makeRealm(ask: Ask): Promise<void> {
  await ask('POST', '', { realm, enabled: true, sslRequired: 'none' })
  for (const scope of permissions) await ask('POST', '/client-scopes', permission(scope))
  for (const client of clients) await ask('POST', '/clients', client)
  await ask('POST', '/roles', { name: userAdministrator })
  await ask('POST', `/clients/${await clientIdOf(ask, 'visage')}/roles`, { name: applicationRole })
  await ask('POST', '/users', person('anna', 'Anna'))
  await ask('POST', '/users', person('root', 'Root'))
  const [root] = (await ask('GET', '/users?username=root')) as [Named]
  const role = await ask('GET', `/roles/${userAdministrator}`)
  await ask('POST', `/users/${root.id}/role-mappings/realm`, [role])
  for (const client of ['daemon', 'daemon-with-sessions']) await permitApplication(ask, client)
}

async function permitApplication(ask: Ask, clientId: string): Promise<void> {
  const visage = await clientIdOf(ask, 'visage')
  const role = await ask('GET', `/clients/${visage}/roles/${applicationRole}`)
  const own = await clientIdOf(ask, clientId)
  const account = (await ask('GET', `/clients/${own}/service-account-user`)) as Named
  await ask('POST', `/users/${account.id}/role-mappings/clients/${visage}`, [role])
}

/** Keycloak's own id of a client. */
export async function clientIdOf(ask: Ask, clientId: string): Promise<string> {
  const [found] = (await ask('GET', `/clients?clientId=${clientId}`)) as [Named]
  return found.id
}
