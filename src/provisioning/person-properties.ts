/**
 * Table: the properties of a person that a file can have, and the headers by which programs name them. Graph's own names
 * come first; a header is compared without case, spaces and punctuation.
 */
import type { Property } from './property.ts'

export const person = {
  id: { headers: ['id', 'objectId', 'user id', 'azure ad object id', 'oid', 'Objekt-ID'] },
  externalId: {
    column: 'external_id',
    headers: ['externalId', 'external id', 'sourceAnchor', 'immutableId', 'Externe ID'],
  },
  userPrincipalName: {
    column: 'user_principal_name',
    headers: [
      'userPrincipalName',
      'upn',
      'user principal name',
      'user name',
      'login',
      'Benutzername',
      'Benutzerprinzipalname',
      'Anmeldename',
      '用户主体名称',
      '用户名',
    ],
  },
  displayName: {
    column: 'display_name',
    headers: [
      'displayName',
      'display name',
      'name',
      'full name',
      'Anzeigename',
      'Vollständiger Name',
      'nom complet',
      '显示名称',
      '姓名',
    ],
  },
  givenName: {
    column: 'given_name',
    headers: [
      'givenName',
      'first name',
      'given name',
      'forename',
      'Vorname',
      'prénom',
      '名字',
      '名',
    ],
  },
  surname: {
    column: 'surname',
    headers: [
      'surname',
      'last name',
      'family name',
      'sn',
      'Nachname',
      'Familienname',
      'nom de famille',
      '姓',
      '姓氏',
    ],
  },
  mail: {
    column: 'mail',
    headers: [
      'mail',
      'email',
      'e-mail address',
      'email address',
      'mail address',
      'primary email',
      'work email',
      'E-Mail-Adresse',
      'courriel',
      '电子邮件',
      '邮箱',
    ],
  },
  mailNickname: {
    column: 'mail_nickname',
    headers: ['mailNickname', 'mail nickname', 'alias', 'sAMAccountName', 'E-Mail-Alias', '别名'],
  },
  jobTitle: {
    column: 'job_title',
    headers: [
      'jobTitle',
      'job title',
      'title',
      'position',
      'Position',
      'Stellenbezeichnung',
      'Funktion',
      '职务',
      '职位',
    ],
  },
  department: {
    column: 'department',
    headers: ['department', 'dept', 'Abteilung', 'service', '部门'],
  },
  employeeId: {
    column: 'employee_id',
    headers: [
      'employeeId',
      'employee id',
      'employee number',
      'employeeNumber',
      'staff number',
      'personnel number',
      'Personalnummer',
      'Mitarbeiternummer',
      'matricule',
      '员工 ID',
      '工号',
    ],
  },
  userType: { column: 'user_type', headers: ['userType', 'user type', 'Benutzertyp', '用户类型'] },
  accountEnabled: {
    column: 'is_active',
    form: 'flag',
    headers: [
      'accountEnabled',
      'account enabled',
      'enabled',
      'active',
      'is active',
      'Konto aktiviert',
      'aktiv',
      'actif',
      '帐户已启用',
    ],
  },
  manager: {
    column: 'manager_id',
    form: 'reference',
    headers: [
      'manager',
      'manager upn',
      'supervisor',
      'reports to',
      'Vorgesetzter',
      'Vorgesetzte',
      'Manager/in',
      'responsable',
      '经理',
    ],
  },
} as const satisfies Record<string, Property>

export type PersonProperty = keyof typeof person
