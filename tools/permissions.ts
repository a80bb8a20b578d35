/**
 * Writes docs/permissions.md and the short section of both READMEs. Every permission, role and id is read from
 * src/permissions.
 */
import {
  accountRoles,
  actingRoles,
  groupRoles,
  type RoleName,
  roles,
} from '../src/permissions/roles.ts'
import {
  type AccountKind,
  type Action,
  type Permission,
  permissionReach,
  type Resource,
  type Row,
  tables,
  updatePage,
} from '../src/permissions/tables.ts'

const kinds: Readonly<Record<AccountKind, string>> = {
  delegated: 'Delegated (work or school account)',
  personal: 'Delegated (personal Microsoft account)',
  application: 'Application',
}
const resources: Readonly<Record<Resource, string>> = {
  user: 'user',
  group: 'group',
  team: 'team',
  membership: 'membership in a group',
  ownership: 'ownership of a group',
  manager: 'manager',
  directReport: 'direct report',
  person: 'person to pick',
  groupMember: 'member of a group',
  groupOwner: 'owner of a group',
  deletedItem: 'deleted user or group',
  deletedUser: 'deleted user',
  deletedGroup: 'deleted group',
  contact: 'contact',
  contactFolder: 'contact folder',
  photoUpdateSettings: 'photo update settings',
  userPhoto: 'who has a photo: users (an extension of Visage)',
  groupPhoto: 'who has a photo: groups (an extension of Visage)',
}
const photoActions = {
  update: 'Update a photo',
  read: 'Read a photo',
  readMetadata: 'Read the metadata of a photo',
  delete: 'Delete a photo',
} as const satisfies Partial<Record<Action, string>>
const entryActions = {
  readEntry: 'Read one',
  listEntries: 'List',
  createEntry: 'Create',
  updateEntry: 'Change',
  deleteEntry: 'Delete',
} as const satisfies Partial<Record<Action, string>>

const allKinds = keysOf(kinds)
const allResources = keysOf(resources)
const photoOwners = allResources.filter(resource => isSupported('read', resource))

/** The whole of docs/permissions.md. */
export function renderPermissions(): string {
  return [
    '# Permissions',
    introduction,
    '## Photos',
    ...keysOf(photoActions).flatMap(renderPhotoAction),
    '## People, groups, teams, contacts and settings',
    entryIntroduction,
    ...keysOf(entryActions).flatMap(renderEntryAction),
    '## Whose it is',
    renderRelations(),
    '### How far a permission reaches',
    reachIntroduction,
    renderReach(),
    '### What a list leaves out',
    limited,
    '## Administrator roles',
    roleIntroduction,
    renderRoles(),
    '## What an organisation may restrict',
    restrictions,
    '## What is refused, and how',
    refusals,
    '## What differs from newer Microsoft pages',
    renderDifferences(),
  ].join('\n\n')
}

/** The permission section of a README: one line for each thing that can be done to a photo. */
export function renderPermissionSummary(language: Language): string {
  const words = summaryWords[language]
  const lines = summaryActions.flatMap(action =>
    photoOwners
      .filter(resource => isSupported(action, resource))
      .map(resource => [
        words.row(action, resource),
        ...allKinds.map(kind => cell(action, resource, kind, words)),
      ]),
  )
  return [words.before, renderTable(words.head, lines), words.after].join('\n\n')
}

export type Language = 'en' | 'zh'

const summaryActions = ['update', 'read', 'delete'] as const
type SummaryAction = (typeof summaryActions)[number]

const chinese: Readonly<Partial<Record<SummaryAction | Resource, string>>> = {
  update: '更新',
  read: '读取',
  delete: '删除',
  user: '用户',
  group: '组',
  team: '团队',
  contact: '联系人',
}

const summaryWords = {
  en: {
    before: 'One permission of a cell is enough. The least privileged is first.',
    head: ['Photo', 'Delegated', 'Personal account', 'Application'],
    row: (action: SummaryAction, resource: Resource) => `${action} ${resource}`,
    unsupported: 'not supported',
    separator: ', ',
    after:
      'With delegated permissions, photos of others need more. To read another user’s photo, the ' +
      'permission must end in `.All`. To change it, you must also be ' +
      `${orList(actingRoles.user)}. To change a group’s or a team’s photo, you must own it or ` +
      'have an administrator role for it. Contacts are only those of your own mailbox.',
  },
  zh: {
    before: '一格中有任意一个权限即可，最前面的是最低特权权限。',
    head: ['照片', '委派（工作或学校帐户）', '委派（个人 Microsoft 帐户）', '应用程序'],
    row: (action: SummaryAction, resource: Resource) =>
      `${chinese[action]}${chinese[resource]}照片`,
    unsupported: '不支持',
    separator: '、',
    after:
      '使用委派权限操作他人的照片时，要求更高。读取其他用户的照片，权限名称必须以 `.All` 结尾；' +
      `更新其他用户的照片，还必须具有以下角色之一：${actingRoles.user.join('、')}。` +
      '更新组或团队的照片，必须是其所有者，或具有相应的管理员角色。联系人仅限自己邮箱中的联系人。',
  },
} as const

const introduction = `Visage enforces the permission tables that Microsoft publishes for Graph. For \
updating a photo that is the founding document, [Update profilePhoto](${updatePage}); for everything \
else it is the page named with each table. A row that names several permissions asks for any one of \
them; the first column has the least privileged. Permission names are compared exactly: scopes are \
case-sensitive ([RFC 6749, 3.3](https://www.rfc-editor.org/rfc/rfc6749#section-3.3)).

A token is checked twice. Before the target is looked up, the table decides whether this kind of \
account with these permissions may do this at all. After that, [whose it is](#whose-it-is) decides.`

const entryIntroduction = `What a client needs around photos, and what brings people and groups in. Restoring \
is a change of a deleted user or group. A team is created from a group. Of contacts there is what a photo needs. The photo update settings are one per organisation, and in Graph's beta only.`

const reachIntroduction = `Under delegated permissions. An application's permissions reach the whole \
organisation.`

const roleIntroduction = `A signed-in person holds a role through the claim \`wids\` of the token or \
through the directory. Ids are Entra's \
[role template ids](https://learn.microsoft.com/en-us/entra/identity/role-based-access-control/permissions-reference).`

const restrictions = `\`/beta/admin/people/photoUpdateSettings\` says who may change the photos of \
users at all: set them or delete them. It can only restrict the rules above. It does not affect photos of groups, teams and \
contacts, and it does not affect reading. It takes effect with the next request, on every node.

- \`source\` is \`onPremises\`: nobody may change them, also no administrator and no application: "[Updates through cloud services are \
disabled for both admins and users](https://learn.microsoft.com/en-us/graph/profilephoto-configure-settings)".
- \`allowedRoles\` names roles: a signed-in person needs one of them, also for their own photo. \
Applications are not affected: they hold no role of a person, and an administrator has consented to what they do.
- Neither is set, the default: everyone whom the rules above allow.

\`allowedRoles\` takes template ids of Entra's built-in roles; custom roles are refused. The refusal is a 403 that names \
the setting and the roles that would do.`

const limited = `The lists of the groups that a user is in (\`memberOf\`) or owns (\`ownedObjects\`) need \
fewer permissions than reading a group. Without a permission that reads groups they have only the id of each: every other \
property is null or an empty list, the order is that of ids, and \`$search\` and \`$filter\` are a 403. The owners and members of a \
group are told in the same way to whoever may not list users.`

const refusals = `- If a permission or a relation is missing, the answer is a 403 that names the permissions \
that would have been enough for this request, and the roles if one is needed too.
- If a table does not support the kind of account, the answer is a 403 that says so; no permission helps.
- An operation that no row supports does not exist: deleting the photo of a contact or a team is a 405. \
A PUT with an empty body removes the photo of a contact.
- In an Azure AD B2C tenant updating a user's photo is a 403, whatever the permission.
- \`/me\` with an application's token is a 400: nobody is signed in.`

function renderPhotoAction(action: keyof typeof photoActions): string[] {
  const lines = photoOwners.flatMap(resource =>
    allKinds.map(kind => [
      resources[resource],
      kinds[kind],
      ...leastAndHigher(action, resource, kind),
    ]),
  )
  const source = tables[action].user.source
  return [
    `### ${photoActions[action]}`,
    `Source: <${source}>`,
    renderTable(['Photo of a', 'Permission type', 'Least privileged', 'Higher privileged'], lines),
  ]
}

function renderEntryAction(action: keyof typeof entryActions): string[] {
  const lines = allResources
    .filter(resource => isSupported(action, resource))
    .flatMap(resource =>
      allKinds.map(kind => [
        `[${resources[resource]}](${tables[action][resource].source})`,
        kinds[kind],
        ...leastAndHigher(action, resource, kind),
      ]),
    )
  return [
    `### ${entryActions[action]}`,
    renderTable(['Entry', 'Permission type', 'Least privileged', 'Higher privileged'], lines),
  ]
}

function renderRelations(): string {
  return `- **Application:** anyone's, with the permissions of the table.
- **Your own:** any permission of the table is enough. Your own are your profile and photo, the groups \
and teams that you own (being a member is not enough to change anything), and what is in your own mailbox.
- **Another user:** a permission that reaches the whole organisation. To update or delete their photo \
also one of the roles ${orList(actingRoles.user)}.
- **A group you do not own:** reading needs the table's permission. To update or delete its photo also \
one of the roles ${orList(actingRoles.group)}.
- **A team you do not own:** reading needs the table's permission. To update its photo also one of the \
roles ${orList(actingRoles.team)}.
- **To add, change and delete people, and to restore them:** a signed-in person needs one of the roles \
${orList(accountRoles)}, also for themselves.
- **To change, delete and restore a group, and to say who is in it:** its owner, or one of the roles \
${orList(groupRoles)}. Everyone may create a group, and owns it unless the request names owners.
- **To make a team of a group:** its owner, or one of the roles ${orList(actingRoles.team)}.
- **The groups that another user is in or owns:** a permission that reaches the whole organisation.
- **The photo update settings:** reading needs the table's permission. To change them also one of the \
roles ${orList(actingRoles.photoUpdateSettings)}.
- **Another's mailbox:** never with delegated permissions, whatever the role.
- **Personal Microsoft account:** its own profile and photo, and what the tables say of its own contacts; \
nothing of anyone else.`
}

function renderReach(): string {
  const lines = keysOf(permissionReach).map(name => [
    code(name),
    permissionReach[name] === 'own' ? 'what is the signed-in user’s own' : 'the whole organisation',
  ])
  return renderTable(['Permission', 'Reaches'], lines)
}

function renderRoles(): string {
  const lines = keysOf(roles).map(name => [name, code(roles[name]), actsFor(name)])
  return renderTable(['Role', 'Template id', 'Changes the photos of any'], lines)
}

function actsFor(name: RoleName): string {
  const reached = photoOwners.filter(resource => actingRoles[resource].includes(name))
  return reached.map(resource => resources[resource]).join(', ') || 'nobody'
}

/** The @differs of permissions in words; the founding document's side is read from the tables where possible. */
function renderDifferences(): string {
  const lines = [
    [
      'Team photo with an application token',
      cell('update', 'team', 'application'),
      '`TeamSettings.ReadWrite.All`',
    ],
    [
      'Roles that update any user’s photo',
      '"for example User Administrator"; Visage takes the newer list',
      orList(actingRoles.user),
    ],
    [
      'Least privileged to update a user’s photo, delegated',
      code(least('update', 'user', 'delegated')),
      'Graph’s permission metadata marks `User.ReadWrite`',
    ],
    [
      'User photo with a personal account',
      cell('update', 'user', 'personal'),
      'pages before 2024: not supported',
    ],
    [
      'Group photo with an application token',
      cell('update', 'group', 'application'),
      'pages before 2024: not supported',
    ],
    [
      'Contact in a shared mailbox, delegated',
      'not supported',
      'an older beta page: `Contacts.ReadWrite.Shared`',
    ],
    ['Largest photo', '4 MB', 'an older beta page: 8 MB'],
    [
      'Photo update settings and applications',
      'not mentioned; `allowedRoles` is about people, `source` about everyone',
      'the page on the settings does not mention them either',
    ],
    [
      'Photo update settings and deletion',
      'not mentioned; deleting is a change like setting',
      'the resource page: “edit operations in the cloud”',
    ],
    [
      'Deleting the photo update settings',
      'not mentioned; Visage takes the table for changing them',
      'the page has no table',
    ],
    [
      'Agent users',
      'not mentioned',
      'metadata: `AgentIdUser.ReadWrite.All`, `AgentIdUser.ReadWrite.IdentityParentedBy`',
    ],
    [
      'Azure AD B2C',
      'updating a user’s photo is not supported; Visage lets it be read',
      'the page on reading: reading it is not supported either',
    ],
    [
      'Own memberships in groups, with `User.Read.All` alone',
      'not mentioned; Visage lists them',
      'the page has `User.Read.All` for another user’s memberships only',
    ],
    [
      'Consent for a single team or special groups',
      'not mentioned; Visage has no such permissions',
      '`TeamSettings.Read.Group`, `TeamSettings.ReadWrite.Group`, `Group-NestingSupport.ReadWrite.All`, ' +
        '`Group.ManageProtection.All` on the pages to read teams and groups',
    ],
  ]
  return (
    'Where pages contradict each other, the founding document is followed.\n\n' +
    renderTable(['Point', 'Founding document, and Visage', 'Elsewhere'], lines)
  )
}

/** Whether any kind of account may do this at all; if not, there is no such operation. */
export function isSupported(action: Action, resource: Resource): boolean {
  return Object.values(tables[action][resource].rows).some(row => row !== 'unsupported')
}

function leastAndHigher(action: Action, resource: Resource, kind: AccountKind): [string, string] {
  const row = tables[action][resource].rows[kind]
  if (row === 'unsupported') return ['not supported', '']
  const [least, ...higher] = row
  return [code(least), higher.map(code).join(', ')]
}

function cell(
  action: Action,
  resource: Resource,
  kind: AccountKind,
  {
    unsupported,
    separator,
  }: Readonly<{ unsupported: string; separator: string }> = summaryWords.en,
): string {
  const row: Row | 'unsupported' = tables[action][resource].rows[kind]
  return row === 'unsupported' ? unsupported : row.map(code).join(separator)
}

function least(action: Action, resource: Resource, kind: AccountKind): Permission | 'none' {
  const row = tables[action][resource].rows[kind]
  return row === 'unsupported' ? 'none' : row[0]
}

function renderTable(head: readonly string[], lines: readonly (readonly string[])[]): string {
  const rows = [head, head.map(() => '---'), ...lines]
  return rows.map(row => `| ${row.join(' | ')} |`).join('\n')
}

function code(text: string): string {
  return `\`${text}\``
}

function orList(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`
}

function keysOf<Key extends string>(table: Readonly<Record<Key, unknown>>): Key[] {
  return Object.keys(table) as Key[]
}
