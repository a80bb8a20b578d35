/**
 * Writes docs/issuers.md: the presets, and the tokens that are tested with them. The presets are read from
 * src/tokens/presets.ts, the tokens from test/tokens/issuer-tokens.ts.
 */
import {
  type ApplicationSign,
  type PointerName,
  type Preset,
  type PresetName,
  presets,
} from '../src/tokens/presets.ts'
import { type IssuerToken, issuerTokens, sources } from '../test/tokens/issuer-tokens.ts'

const places: Readonly<Record<PointerName, readonly [what: string, setting: string]>> = {
  id: ['id of the person', 'VISAGE_CLAIM_ID'],
  tenant: ['tenant', 'VISAGE_CLAIM_TENANT'],
  client: ['client', 'VISAGE_CLAIM_CLIENT'],
  userName: ['user name', 'VISAGE_CLAIM_USER_NAME'],
  displayName: ['display name', 'VISAGE_CLAIM_NAME'],
  givenName: ['given name', 'VISAGE_CLAIM_GIVEN_NAME'],
  surname: ['surname', 'VISAGE_CLAIM_SURNAME'],
  mail: ['mail', 'VISAGE_CLAIM_MAIL'],
  mailVerified: ['mail is verified', 'VISAGE_CLAIM_MAIL_VERIFIED'],
  scopes: ['permissions of a person', 'VISAGE_CLAIM_SCOPES'],
  appPermissions: ['permissions of an application', 'VISAGE_CLAIM_APP_PERMISSIONS'],
  roles: ['administrators’ roles', 'VISAGE_CLAIM_ROLES'],
  groups: ['groups', 'VISAGE_CLAIM_GROUPS'],
  b2cPolicy: ['user flow of Azure AD B2C', ''],
}

const signs: Readonly<Record<ApplicationSign, string>> = {
  idtyp: '`idtyp` is `app`; without `idtyp`, there are `roles`, no scopes, and `oid` equals `sub`.',
  'service-account':
    'there is `client_id`, no `sid`, and `preferred_username` begins with `service-account-`, which Keycloak reserves. So a service account needs the client scope `profile`.',
  gty: '`gty` is `client-credentials`, and `sub` is the client followed by `@clients`.',
  subject: '`sub` is the client.',
  none: 'nothing in the token shows it. List the client in `VISAGE_APPLICATIONS`; until then its tokens count as tokens of the person that the issuer created for it.',
}

const advice: Readonly<Record<PresetName, string>> = {
  entra:
    'Always used with `VISAGE_CLOUD`. The only preset that reads `oid`, `tid`, `wids` and `idtyp`.',
  keycloak:
    'Set `VISAGE_AUDIENCE=visage`, make a client `visage`, and give applications their permissions as client roles of it, or as client scopes. Where the client has another name, set `VISAGE_CLAIM_APP_PERMISSIONS=/resource_access/NAME/roles`. A lightweight access token has neither `sub` nor `aud` and is refused.',
  okta: '`uid` is the id of the person, for `sub` is their login by default and changes. Names need claims of your own in the authorization server.',
  auth0:
    'Its access tokens have no names but in a namespace of your own. Set `VISAGE_CLAIM_NAME=/https:~1~1example.org~1name` for the claim `https://example.org/name`. Tokens of the RFC 9068 profile have `client_id` in place of `azp` and no `gty`: set `VISAGE_CLAIM_CLIENT=/client_id`, and list applications in `VISAGE_APPLICATIONS`.',
  authentik:
    'Choose a subject mode that does not change for a person (hashed id, id or UUID), not the name or the mail address. Look into a token of yours: where it has no `scope`, which authentik’s pages do not promise, add a scope mapping that writes the granted scopes there.',
  hydra:
    'Scopes are granted to a client by Hydra, names come from the consent app. Nobody may register a client under an id that is a person’s.',
  generic:
    'For every other issuer whose tokens follow RFC 9068. Nobody may register a client under an id that is a person’s. User flows of Azure AD B2C behind a domain of their own are recognised.',
}

export function renderIssuers(): string {
  return [
    introduction,
    ...(Object.keys(presets) as PresetName[]).map(renderPreset),
    linking,
    attacks,
  ].join('\n\n')
}

const introduction = `# Issuers

This page shows what Visage reads in a token, for each kind of issuer. With \`VISAGE_CLOUD\` tokens are read as \`entra\`. With
\`VISAGE_ISSUER\`, choose the kind with \`VISAGE_ISSUER_PRESET\` (default \`generic\`). A claim that a preset does not name has
no effect. Each pointer has its own setting: one or several [JSON Pointers](https://www.rfc-editor.org/rfc/rfc6901) separated by
commas, such as \`/resource_access/visage/roles\`, or \`none\`. If there are several, the first one with a value is used; for
permissions, roles and groups the values of all are used.

**A person** is identified only by the id, in the tenant. Names in tokens are shown, and follow the newest token by \`iat\`; a
name that a token does not have stays. \`userPrincipalName\` is made from the id (\`ID@signed-in.invalid\`; other characters than
\`a-z 0-9 . _ | @ -\` become \`~\` and their bytes in hexadecimal), so nobody can pass for another person by a name. If an issuer
lets nobody choose a name freely, it may vouch for the name: with \`VISAGE_ISSUER_VOUCHES=userName\`, or with \`mail\` where the
token says that the address is verified, that name becomes \`userPrincipalName\`, and \`/users/{name}\` finds the person, with or
without an \`@\`. If the issuer gives the name to another person, it moves with the newer token. A name that has the form of a
GUID, or is somebody's id, is not used. Ids come before names: where people choose their own ids, or an id is a login, set the
pointer of the id to a claim that nobody chooses.

**An application** acts without a person, and its permissions reach everybody. Issuers mark applications in different ways; a
token without the mark is a person's. \`VISAGE_APPLICATION_SIGN\` chooses another mark than the preset's.
\`VISAGE_APPLICATIONS\` lists clients of which every token is an application's. A person's roles never become permissions.

**Administrators' roles** are template ids ([permissions.md](permissions.md)) in the token, or groups in the token to which
\`VISAGE_GROUP_ROLES=group=id\` gives a role.

**ID tokens** are refused: those with \`typ: ID\` in the payload, and those with \`nonce\`, \`at_hash\`, \`c_hash\` or
\`auth_time\` and no scope claim. \`VISAGE_REQUIRE_AT_JWT=true\` also requires the header \`typ: at+jwt\`.

**Permissions** may have the address of this server's audience in front (\`api://visage/User.Read\`); those with the address of
another resource do not count.`

const linking = `## Who signs in is who was provisioned

People who are provisioned (by [SCIM](scim.md), Graph's calls, \`visage people add\` or \`visage import\`) have an id in the directory. A token
is theirs if its id is that id. If it is not, link the two: \`visage people link ID NAME\` by hand, with \`--issuer\` if they have not signed in yet, or at the first sign-in with
\`VISAGE_LINK_BY=userPrincipalName\`. Each link is an event \`linked\` in the log, \`visage people show\` tells the sign-ins of a
person, and \`visage people unlink\` takes a link back. Why it is so: [decision 24](decisions/0024-who-signs-in.md).

| | Id in the token | Id that its provisioning sends | What to do |
|---|---|---|---|
| Entra ID | \`oid\`, a GUID | \`externalId\` is \`mailNickname\` by default | Provision with the object id as the id: the column \`id\` or \`externalId\` of an import, or \`--id\`. In Entra's attribute mappings, map \`objectId\` to \`externalId\`. Nothing is to be linked. |
| Keycloak | \`sub\`, a GUID | the same | Provision with the id of Keycloak's users as the id. Nothing is to be linked. Where people have other ids already: \`preferred_username\` has no \`@\` by default, so let a mapper write the userPrincipalName into a claim that people cannot change, name it in \`VISAGE_CLAIM_USER_NAME\`, and link by name. |
| Okta | \`uid\` (\`00u…\`), no GUID | \`externalId\`, the same \`00u…\` | A provisioned person gets a new GUID. Set \`VISAGE_ISSUER_VOUCHES=userName\` and \`VISAGE_LINK_BY=userPrincipalName\`, if people cannot change their login: \`sub\` is the login by default. Else link by hand: \`visage people link 00u… NAME --issuer URL\`. |
| authentik | \`sub\`, a hash by default | \`externalId\`, the same hash | Choose the subject mode UUID and provision with the UUIDs of authentik's users as ids; nothing is to be linked then. With the hash a provisioned person gets a new GUID: link by hand, or by name if \`preferred_username\` is the userPrincipalName and people cannot change it. |

Linking by name is for issuers that vouch for names, and is refused at the start for others. It links an id that is seen for the
first time, once, and only to a person who is provisioned, active and linked to nobody. A mail address is never enough. Somebody
who signed in before they were provisioned is there twice: \`visage people link\` makes one of them, with their photo, contacts and
groups. \`--keep\` says whose photo stays where both have one.`

const attacks = `## What is not stopped

An issuer that gives one person's id to another, or lets people choose their own id. An issuer that lets anybody register a
client under a person's id. A name that people choose themselves, if an administrator says that the issuer vouches for it.`

function renderPreset(name: PresetName): string {
  const preset: Preset = presets[name]
  const read = (Object.keys(places) as PointerName[]).filter(
    place => preset.pointers[place].length > 0,
  )
  const tokens = issuerTokens.filter(token => token.preset === name)
  return [
    `## ${name}`,
    sources[name],
    advice[name],
    `An application: ${signs[preset.applicationSign]}`,
    rows(
      ['Read for', 'Where', 'Setting'],
      read.map(place => {
        const [what, setting] = places[place]
        const where = preset.pointers[place].map(pointer => `\`${pointer}\``).join(', ')
        return [what, where, setting && `\`${setting}\``]
      }),
    ),
    ...sample(tokens),
    rows(['Token', 'What it tries', 'Becomes'], tokens.map(renderToken)),
  ].join('\n\n')
}

/** The first of a person and the first of an application, whole. */
function sample(tokens: readonly IssuerToken[]): string[] {
  const kinds = ['delegated', 'application'] as const
  return kinds.flatMap(kind => {
    const token = tokens.find(({ becomes }) => 'kind' in becomes && becomes.kind === kind)
    if (token === undefined) return []
    return `Payload, ${token.what}:\n\n\`\`\`json\n${JSON.stringify(token.claims, null, 2)}\n\`\`\``
  })
}

function renderToken({ what, attack = '', becomes }: IssuerToken): string[] {
  if ('refused' in becomes) return [what, attack, `refused: \`${becomes.refused}\``]
  const { kind, id, permissions, roles = [] } = becomes
  const granted = permissions.length === 0 ? 'no permission' : list(permissions)
  const held = roles.length === 0 ? '' : `, with the role ${list(roles)}`
  const who = kind === 'application' ? 'the application' : 'the person'
  return [what, attack, `${who} \`${id.replaceAll('|', '\\|')}\`: ${granted}${held}`]
}

function list(texts: readonly string[]): string {
  return texts.map(text => `\`${text}\``).join(', ')
}

function rows(head: readonly string[], body: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(head), `|${head.map(() => '---|').join('')}`, ...body.map(line)].join('\n')
}
