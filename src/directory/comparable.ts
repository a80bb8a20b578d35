/**
 * Table: the properties that conditions compare, and where their values are. Each kind of row has
 * its own names.
 */
export type Kind = 'users' | 'groups' | 'contacts'

/**
 * `searched`: a line of `search_text`, compared without case in every script; `column` is the value
 * as it was written. `text`: a column that is compared without the case of A to Z, as both
 * databases do. `exact`: an id. `flag`: 0 or 1.
 */
export type Place =
  | Readonly<{ how: 'searched'; line: string; column: string }>
  | Readonly<{ how: 'text' | 'exact' | 'flag'; column: string }>
  /** A group's mailNickname: the column, or else the part of `mail` before the @. */
  | Readonly<{ how: 'nickname'; column: string; mail: string }>

const searched = (line: string, column: string) => ({ how: 'searched', line, column }) as const
const text = (column: string) => ({ how: 'text', column }) as const
const exact = (column: string) => ({ how: 'exact', column }) as const
const flag = (column: string) => ({ how: 'flag', column }) as const

const source = { source: exact('source'), externalId: exact('external_id') }

export const comparable: Readonly<Record<Kind, Readonly<Record<string, Place>>>> = {
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
