/**
 * Table: the properties of a contact that a file can have, and their usual headers, such as those of Outlook and Google.
 * Outlook's column Title is Ms or Mr, and no jobTitle.
 */
import type { Property } from './property.ts'

export const contact = {
  owner: {
    form: 'reference',
    headers: [
      'mailbox',
      'mailbox owner',
      'user',
      'userPrincipalName',
      'upn',
      'Postfach',
      'Besitzer',
      '所有者',
    ],
  },
  externalId: {
    column: 'external_id',
    headers: ['external id', 'id', 'contact id', 'Externe ID'],
  },
  folder: { column: 'folder_id', headers: ['contact folder', 'folder name', 'Ordner', '文件夹'] },
  displayName: {
    column: 'display_name',
    headers: ['display name', 'name', 'full name', 'Anzeigename', '显示名称', '姓名'],
  },
  givenName: {
    column: 'given_name',
    headers: ['first name', 'given name', 'Vorname', 'prénom', '名字', '名'],
  },
  surname: {
    column: 'surname',
    headers: ['last name', 'family name', 'Nachname', 'nom de famille', '姓', '姓氏'],
  },
  companyName: {
    column: 'company_name',
    headers: ['company', 'company name', 'organization name', 'Firma', 'société', '公司'],
  },
  jobTitle: {
    column: 'job_title',
    headers: ['job title', 'organization title', 'Position', '职务', '职位'],
  },
  department: {
    column: 'department',
    headers: ['dept', 'organization department', 'Abteilung', 'service', '部门'],
  },
  mobilePhone: {
    column: 'mobile_phone',
    headers: ['mobile phone', 'mobile', 'Mobiltelefon', 'Handy', 'portable', '手机'],
  },
  businessPhones: {
    column: 'business_phones',
    form: 'list',
    headers: [
      'business phone',
      'business phones',
      'work phone',
      'phone',
      'Telefon geschäftlich',
      '商务电话',
    ],
  },
  emailAddresses: {
    column: 'email_addresses',
    form: 'list',
    headers: [
      'email',
      'e-mail address',
      'email address',
      'email addresses',
      'e-mail 1 - value',
      'mail',
      'E-Mail-Adresse',
      'courriel',
      '电子邮件',
    ],
  },
} as const satisfies Record<string, Property>

export type ContactProperty = keyof typeof contact
