/**
 * Table: the properties that $filter and $search compare, for each type, with the functions that
 * Graph has for them. Names are Graph's; the other names are those of directory/queries/comparable.ts.
 *
 * https://learn.microsoft.com/en-us/graph/aad-advanced-queries#support-for-filter-on-properties-of-microsoft-entra-id-directory-objects
 */
import { always, type Condition, never } from '../../directory/queries/condition.ts'

export type TextFunction = 'startsWith' | 'endsWith' | 'contains'

export type Filterable =
  /** `eq`, `ne`, `in`, and these functions. `search`: how $search compares it; undefined: not. */
  | Readonly<{
      kind: 'text'
      property: string
      functions: readonly TextFunction[]
      search?: 'words' | 'start'
    }>
  | Readonly<{ kind: 'flag'; isTrue: Condition }>
  /** `any`: the list has this one value, or none. */
  | Readonly<{ kind: 'set'; value: string; has: Condition }>
  /** `any` over the property `part` of each entry. */
  | Readonly<{ kind: 'entries'; part: string; property: string }>
  /** Every row has this value. */
  | Readonly<{ kind: 'fixed'; value: string }>

type Filterables = Readonly<Record<string, Filterable>>

const text = (property: string): Filterable => ({
  kind: 'text',
  property,
  functions: ['startsWith'],
  search: 'start',
})
/** "The tokenized search support works only on the displayName and description fields." */
const words = (property: string): Filterable => ({
  kind: 'text',
  property,
  functions: ['startsWith'],
  search: 'words',
})
/** "The endsWith operator is supported only … on mail, otherMails, userPrincipalName, and proxyAddresses". */
const address = (property: string): Filterable => ({
  kind: 'text',
  property,
  functions: ['startsWith', 'endsWith'],
  search: 'start',
})
const equal = (property: string): Filterable => ({ kind: 'text', property, functions: [] })
const outlook = (property: string): Filterable => ({
  kind: 'text',
  property,
  functions: ['startsWith', 'endsWith', 'contains'],
})

const isTrue = (property: string): Condition => ({ property, operator: 'eq', value: true })
const isFalse = (property: string): Condition => ({ property, operator: 'eq', value: false })

const user: Filterables = {
  id: equal('id'),
  displayName: words('displayName'),
  givenName: text('givenName'),
  surname: text('surname'),
  mail: address('mail'),
  userPrincipalName: address('userPrincipalName'),
  jobTitle: text('jobTitle'),
  department: text('department'),
  employeeId: text('employeeId'),
  mailNickname: text('mailNickname'),
  userType: equal('userType'),
  accountEnabled: { kind: 'flag', isTrue: isTrue('isActive') },
}

const group: Filterables = {
  id: equal('id'),
  displayName: words('displayName'),
  description: words('description'),
  mail: address('mail'),
  mailNickname: text('mailNickname'),
  visibility: equal('visibility'),
  mailEnabled: { kind: 'flag', isTrue: isTrue('isUnified') },
  securityEnabled: { kind: 'flag', isTrue: isFalse('isUnified') },
  groupTypes: { kind: 'set', value: 'Unified', has: isTrue('isUnified') },
  resourceProvisioningOptions: { kind: 'set', value: 'Team', has: isTrue('isTeam') },
}

const contact: Filterables = {
  id: equal('id'),
  parentFolderId: equal('folderId'),
  displayName: outlook('displayName'),
  givenName: outlook('givenName'),
  surname: outlook('surname'),
  companyName: outlook('companyName'),
  jobTitle: outlook('jobTitle'),
  department: outlook('department'),
  mobilePhone: outlook('mobilePhone'),
  emailAddresses: { kind: 'entries', part: 'address', property: 'email' },
}

const person: Filterables = {
  id: equal('id'),
  displayName: text('displayName'),
  givenName: text('givenName'),
  surname: text('surname'),
  userPrincipalName: text('userPrincipalName'),
  jobTitle: text('jobTitle'),
  department: text('department'),
  'personType/class': { kind: 'fixed', value: 'Person' },
  'personType/subclass': { kind: 'fixed', value: 'OrganizationUser' },
}

export const filterable = {
  user,
  group,
  contact,
  person,
  userPhoto: user,
  groupPhoto: group,
} as const satisfies Readonly<Record<string, Filterables>>

export type FilterableType = keyof typeof filterable

export function isFilterable(type: string): type is FilterableType {
  return Object.hasOwn(filterable, type)
}

/** Names compare without case. */
export function findFilterable(type: FilterableType, name: string): Filterable | undefined {
  const wanted = name.toLowerCase()
  const entry = Object.entries<Filterable>(filterable[type]).find(
    ([one]) => one.toLowerCase() === wanted,
  )
  return entry?.[1]
}

export function whenTrue(isMet: boolean): Condition {
  return isMet ? always : never
}
