/**
 * Table: the properties that conditions of Graph's lists compare, with their columns. Those of SCIM
 * are in condition-sql.ts.
 */
export type Kind = 'users' | 'groups' | 'contacts'

/**
 * `searched`: a line of `search_text`, compared without case in every script; `column` has the value
 * as it was written. `text`: a column that is compared without the case of A to Z, as both
 * databases do. `exact`: an id. `flag`: 1 or 0.
 */
export type Comparable =
  | Readonly<{ how: 'searched'; line: string; column: string }>
  | Readonly<{ how: 'text' | 'exact' | 'flag'; column: string }>
  /** A group's mailNickname: the column, or else the part of `mail` before the @. */
  | Readonly<{ how: 'nickname'; column: string; mail: string }>

const searched = (line: string, column: string) => ({ how: 'searched', line, column }) as const
const text = (column: string) => ({ how: 'text', column }) as const
const exact = (column: string) => ({ how: 'exact', column }) as const
const flag = (column: string) => ({ how: 'flag', column }) as const

const source = { source: exact('source'), externalId: exact('external_id') }

export const comparable: Readonly<Record<Kind, Readonly<Record<string, Comparable>>>> = {
  users: {
    id: exact('id'),
    displayName: searched('displayname', 'display_name'),
    givenName: searched('givenname', 'given_name'),
    surname: searched('surname', 'surname'),
    mail: searched('mail', 'mail'),
    userPrincipalName: searched('userprincipalname', 'user_principal_name'),
    jobTitle: text('job_title'),
    department: text('department'),
    employeeId: text('employee_id'),
    mailNickname: text('mail_nickname'),
    userType: text('user_type'),
    isActive: flag('is_active'),
    ...source,
  },
  groups: {
    id: exact('id'),
    displayName: searched('displayname', 'display_name'),
    mail: searched('mail', 'mail'),
    description: text('description'),
    mailNickname: { how: 'nickname', column: 'mail_nickname', mail: 'mail' },
    visibility: text('visibility'),
    isUnified: flag('is_unified'),
    isTeam: flag('is_team'),
    ...source,
  },
  contacts: {
    id: exact('id'),
    folderId: exact('folder_id'),
    displayName: searched('displayname', 'display_name'),
    givenName: searched('givenname', 'given_name'),
    surname: searched('surname', 'surname'),
    companyName: searched('companyname', 'company_name'),
    email: searched('email', 'email_addresses'),
    jobTitle: text('job_title'),
    department: text('department'),
    mobilePhone: text('mobile_phone'),
  },
}
