/** Tables: the properties of a group and of a membership that a file can have, and their usual headers. */
import type { Property } from './property.ts'

export const group = {
  id: { headers: ['objectId', 'group id', 'oid', 'Objekt-ID', 'Gruppen-ID'] },
  externalId: {
    column: 'external_id',
    headers: ['external id', 'sourceAnchor', 'immutableId', 'Externe ID'],
  },
  displayName: {
    column: 'display_name',
    headers: ['display name', 'name', 'group name', 'Anzeigename', 'Gruppenname', '显示名称'],
  },
  mailNickname: {
    column: 'mail_nickname',
    headers: ['mail nickname', 'alias', 'sAMAccountName', 'E-Mail-Alias', '别名'],
  },
  mail: {
    column: 'mail',
    headers: ['email', 'email address', 'e-mail address', 'E-Mail-Adresse', '电子邮件'],
  },
  description: { column: 'description', headers: ['Beschreibung', 'notes', '说明'] },
  visibility: { column: 'visibility', headers: ['privacy', 'Sichtbarkeit', '可见性'] },
  isTeam: { column: 'is_team', form: 'flag', headers: ['is team', 'team', 'Team', '团队'] },
} as const satisfies Record<string, Property>

export const member = {
  group: {
    form: 'reference',
    headers: ['group', 'group id', 'groupObjectId', 'group externalId', 'Gruppe', 'groupe', '组'],
  },
  person: {
    form: 'reference',
    headers: [
      'member',
      'user',
      'member id',
      'user id',
      'userPrincipalName',
      'upn',
      'user name',
      'Mitglied',
      'Person',
      'membre',
      '成员',
    ],
  },
  role: { headers: ['relation', 'group role', 'Rolle', 'rôle', '角色'] },
} as const satisfies Record<string, Property>

export type GroupProperty = keyof typeof group
export type MemberProperty = keyof typeof member
