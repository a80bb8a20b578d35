/**
 * The people, groups and contacts of `visage dev`, as data. All are invented; the domains are reserved for
 * examples (https://www.rfc-editor.org/rfc/rfc2606).
 */
import { personalTenantId } from '../../tokens/clouds.ts'
import type { Picture } from './pictures.ts'
import type { Face } from './portrait.ts'

export type Person = Readonly<{
  tenantId: string
  id: string
  userPrincipalName: string
  displayName: string
  givenName: string | null
  surname: string | null
  mail: string | null
  jobTitle: string | null
  department: string | null
  userType: 'Member' | 'Guest'
  picture: Picture | null
}>

export type Group = Readonly<{
  tenantId: string
  id: string
  displayName: string
  description: string | null
  mail: string | null
  visibility: 'Public' | 'Private'
  isUnified: boolean
  isTeam: boolean
  ownerIds: readonly string[]
  memberIds: readonly string[]
  picture: Picture | null
}>

type RoleMember = Readonly<{ tenantId: string; roleTemplateId: string; userId: string }>

type Folder = Readonly<{
  tenantId: string
  mailboxId: string
  id: string
  parentFolderId: string | null
  displayName: string
}>

export type Contact = Readonly<{
  tenantId: string
  mailboxId: string
  id: string
  folderId: string | null
  displayName: string
  givenName: string | null
  surname: string | null
  companyName: string | null
  jobTitle: string | null
  emailAddresses: readonly Readonly<{ address: string; name: string }>[]
  picture: Picture | null
}>

export const tenantId = '5d6e7f80-de30-4d0a-9a5e-000000000000'
export const tenantDomain = 'visage.example'

/** Hair, skin and hair tint as in portrait.ts, and special features. */
type Look = readonly [Face['hair'], number, number, ('beard' | 'moustache' | 'glasses')?]
/** Number (the id is made from it), name before the @, display name, given name, surname, title, look. */
type Row = readonly [number, string, string, string, string, string, Look | null]

const rows: readonly Row[] = [
  [1, 'alice', 'Alice Öberg', 'Alice', 'Öberg', 'Product Designer', ['bob', 1, 3]],
  [2, 'bob', 'Bob Adeyemi', 'Bob', 'Adeyemi', 'Backend Developer', ['short', 6, 0, 'glasses']],
  [3, 'umut', 'Umut Yıldırım', 'Umut', 'Yıldırım', 'Help Desk Lead', ['parted', 3, 1, 'beard']],
  [4, 'grace', 'Grace Wanjirũ', 'Grace', 'Wanjirũ', 'Head of IT', ['afro', 6, 0, 'glasses']],
  [5, 'siyuan', '陈思远', '思远', '陈', '数据工程师', ['short', 2, 0]],
  [6, 'hana', '佐藤 花', '花', '佐藤', '研究員', ['long', 1, 0]],
  [7, 'minjun', '김민준', '민준', '김', '품질 관리자', ['parted', 1, 0, 'glasses']],
  [8, 'layla', 'ليلى حداد', 'ليلى', 'حداد', 'محاسبة', ['headscarf', 3, 0]],
  [9, 'yael', 'יעל ברק', 'יעל', 'ברק', 'Legal Counsel', ['curly', 2, 2]],
  [10, 'dimitar', 'Димитър Станев', 'Димитър', 'Станев', 'Accountant', ['receding', 1, 5]],
  [11, 'eleni', 'Ελένη Παπαδάκη', 'Ελένη', 'Παπαδάκη', 'Translator', ['wavy', 2, 1]],
  [12, 'arjun', 'अर्जुन मेहता', 'अर्जुन', 'मेहता', 'Site Reliability', ['parted', 4, 0, 'moustache']],
  [13, 'malee', 'มาลี ศรีสุข', 'มาลี', 'ศรีสุข', 'Office Manager', ['bun', 3, 0]],
  [14, 'selam', 'ሰላም ተስፋዬ', 'ሰላም', 'ተስፋዬ', 'Data Scientist', ['curly', 5, 0]],
  [15, 'nino', 'ნინო ბერიძე', 'ნინო', 'ბერიძე', 'Archivist', ['long', 1, 1, 'glasses']],
  [16, 'ani', 'Անի Սարգսյան', 'Անի', 'Սարգսյան', 'Architect', ['wavy', 2, 0]],
  [17, 'linh', 'Nguyễn Thùy Linh', 'Thùy Linh', 'Nguyễn', 'Buyer', ['bob', 2, 0]],
  [18, 'olena', 'Олена Коваль', 'Олена', 'Коваль', 'Press Officer', ['long', 0, 4]],
  [19, 'joao', 'João Gonçalves', 'João', 'Gonçalves', 'Electrician', ['short', 3, 1, 'beard']],
  [20, 'zofia', 'Zofia Wójcik', 'Zofia', 'Wójcik', 'Trainee', null],
  [21, 'soren', 'Søren Kjær', 'Søren', 'Kjær', 'Carpenter', ['bald', 0, 3, 'beard']],
  [22, 'maire', 'Máire Ní Bhriain', 'Máire', 'Ní Bhriain', 'Librarian', ['bob', 0, 5, 'glasses']],
  [23, 'omar', 'عمر الفارسي', 'عمر', 'الفارسي', 'مهندس', ['shaved', 4, 0, 'beard']],
  [24, 'priya', 'பிரியா ராஜன்', 'பிரியா', 'ராஜன்', 'Chemist', ['bun', 5, 0]],
  [25, 'farid', 'فرید کاظمی', 'فرید', 'کاظمی', 'Photographer', null],
  [26, 'harpreet', 'ਹਰਪ੍ਰੀਤ ਸਿੰਘ', 'ਹਰਪ੍ਰੀਤ', 'ਸਿੰਘ', 'Logistics', ['turban', 4, 0, 'beard']],
  [27, 'anowar', 'আনোয়ার হোসেন', 'আনোয়ার', 'হোসেন', 'Surveyor', ['parted', 5, 0]],
  [28, 'sokha', 'ចាន់ សុខា', 'សុខា', 'ចាន់', 'Gardener', ['short', 4, 0]],
  [29, 'ganzorig', 'Батбаярын Ганзориг', 'Ганзориг', 'Батбаяр', 'Driver', null],
  [30, 'leilani', 'Leilani Kahananui', 'Leilani', 'Kahananui', 'Nurse', ['wavy', 4, 1]],
  [31, 'aroha', 'Aroha Rāwiri', 'Aroha', 'Rāwiri', 'Facilitator', ['bun', 4, 1]],
  [32, 'itzel', 'Itzel Chávez Ek', 'Itzel', 'Chávez Ek', 'Economist', ['long', 4, 0]],
  [33, 'djordje', 'Đorđe Šarić', 'Đorđe', 'Šarić', 'Night Watch', null],
  [34, 'ines', 'Inès Lefèvre', 'Inès', 'Lefèvre', 'Sales', ['parted', 0, 2]],
  [35, 'yating', '林雅婷', '雅婷', '林', '產品經理', ['bob', 1, 0, 'glasses']],
  [36, 'thabo', 'Thabo Dlamini', 'Thabo', 'Dlamini', 'Machinist', ['shaved', 7, 0]],
  [
    37,
    'kwame',
    'Kwame Asante-Ofosu',
    'Kwame',
    'Asante-Ofosu',
    'Auditor',
    ['bald', 7, 0, 'glasses'],
  ],
  [38, 'ingrid', 'Ingrid-Marie Ødegård', 'Ingrid-Marie', 'Ødegård', 'Pilot', null],
]

/** By number; who is in none has no department. */
const departments: Readonly<Record<string, readonly number[]>> = {
  Design: [1, 16, 25, 30, 35],
  IT: [2, 3, 4, 5, 12],
  Research: [6, 14, 15, 24, 32],
  Operations: [7, 13, 17, 19, 20, 21, 26, 27, 28, 29, 33, 36, 38],
  Finance: [8, 9, 10, 37],
  Communications: [11, 18, 22, 31, 34],
}

function departmentOf(number: number): string | null {
  const found = Object.entries(departments).find(([, numbers]) => numbers.includes(number))
  return found?.[0] ?? null
}

const personId = (number: number) => `5d6e7f80-de30-4d0a-8001-${String(number).padStart(12, '0')}`
const groupId = (number: number) => `5d6e7f80-de30-4d0a-8002-${String(number).padStart(12, '0')}`

const faceOf = ([hair, skin, tint, mark]: Look): Partial<Face> => ({
  hair,
  skin,
  tint,
  beard: mark === 'beard' ? 'full' : mark === 'moustache' ? 'moustache' : 'none',
  glasses: mark === 'glasses',
})

const pictureOf = (seed: string, look: Look | null): Picture | null =>
  look && { shows: 'face', seed, face: faceOf(look) }

const staff = rows.map(
  ([number, name, displayName, givenName, surname, jobTitle, look]): Person => {
    const userPrincipalName = `${name}@${tenantDomain}`
    const picture = pictureOf(name, look)
    return {
      tenantId,
      id: personId(number),
      userPrincipalName,
      displayName,
      givenName,
      surname,
      mail: userPrincipalName,
      jobTitle,
      department: departmentOf(number),
      userType: 'Member',
      picture,
    }
  },
)

/** An account that is not a person: one name only, no mailbox, no photo. */
const reception: Person = {
  tenantId,
  id: personId(39),
  userPrincipalName: `reception@${tenantDomain}`,
  displayName: 'Reception',
  givenName: null,
  surname: null,
  mail: null,
  jobTitle: null,
  department: null,
  userType: 'Member',
  picture: null,
}

/** A guest: Entra writes the home address into the name, with `#EXT#`. */
const guest: Person = {
  tenantId,
  id: personId(40),
  userPrincipalName: `ana_fabrikam.example#EXT#@${tenantDomain}`,
  displayName: 'Ana Ferreira',
  givenName: 'Ana',
  surname: 'Ferreira',
  mail: 'ana@fabrikam.example',
  jobTitle: 'Consultant',
  department: null,
  userType: 'Guest',
  picture: pictureOf('ana', ['wavy', 2, 2, 'glasses']),
}

const personal: Person = {
  tenantId: personalTenantId,
  id: '00000000-0000-0000-5d6e-7f80de300001',
  userPrincipalName: 'lena@home.example',
  displayName: 'Lena Lindqvist',
  givenName: 'Lena',
  surname: 'Lindqvist',
  mail: 'lena@home.example',
  jobTitle: null,
  department: null,
  userType: 'Member',
  picture: null,
}

export const people: readonly Person[] = [...staff, reception, guest, personal]

export const roleMembers: readonly RoleMember[] = [
  // User Administrator: umut
  { tenantId, roleTemplateId: 'fe930be7-5e62-47db-91af-98c3a49a38b1', userId: personId(3) },
  // Global Administrator: grace
  { tenantId, roleTemplateId: '62e90394-69f5-4237-9190-012177145e10', userId: personId(4) },
]

const numbersTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1)

/** The id is made from the number, the address and the emblem from the name; people by their numbers. */
const groupOf = (
  number: number,
  name: string | null,
  owners: readonly number[],
  members: readonly number[],
  shown: Pick<Group, 'displayName' | 'description' | 'visibility' | 'isTeam'> & Partial<Group>,
): Group => ({
  tenantId,
  id: groupId(number),
  mail: name && `${name}@${tenantDomain}`,
  isUnified: true,
  ownerIds: owners.map(personId),
  memberIds: members.map(personId),
  picture: name === null ? null : { shows: 'emblem', seed: name },
  ...shown,
})

export const groups: readonly Group[] = [
  groupOf(1, 'design', [1], [1, 2, 6, 16, 30, 34, 40], {
    displayName: 'Design',
    description: 'How our things look and feel',
    visibility: 'Public',
    isTeam: true,
  }),
  groupOf(2, 'research', [6, 14], [5, 6, 14, 24, 32], {
    displayName: 'Research 研究',
    description: 'Closed until we publish',
    visibility: 'Private',
    isTeam: true,
  }),
  groupOf(3, 'field', [2], [1, 2, 19, 21, 26, 27, 28, 29], {
    displayName: 'Field Service',
    description: null,
    visibility: 'Public',
    isTeam: true,
    picture: null,
  }),
  groupOf(4, 'everyone', [4], numbersTo(38), {
    displayName: 'Everyone',
    description: 'All who work here',
    visibility: 'Public',
    isTeam: false,
  }),
  groupOf(5, 'books', [19, 22], [8, 11, 15, 19, 22, 35], {
    displayName: 'Clube de leitura',
    description: 'Um livro por mês',
    visibility: 'Private',
    isTeam: false,
  }),
  // A security group: Graph keeps a photo only for groups that are Unified.
  groupOf(6, null, [4], [1, 2, 3, 4, 12], {
    displayName: 'VPN access',
    description: 'May work from elsewhere',
    visibility: 'Private',
    isTeam: false,
    isUnified: false,
  }),
]

const [alicesMailbox, bobsMailbox, laylasMailbox] = [personId(1), personId(2), personId(8)]
const suppliers = 'AAMkAGRlbW8tZm9sZGVyLTAwMQAuAAA='
const printers = 'AAMkAGRlbW8tZm9sZGVyLTAwMgAuAAA='
const neighbours = 'AAMkAGRlbW8tZm9sZGVyLTAwMwAuAAA='

const folderRows = [
  [alicesMailbox, suppliers, null, 'Suppliers'],
  [alicesMailbox, printers, suppliers, 'Printers'],
  [bobsMailbox, neighbours, null, 'Neighbours'],
] as const

export const folders: readonly Folder[] = folderRows.map(
  ([mailboxId, id, parentFolderId, displayName]) => ({
    tenantId,
    mailboxId,
    id,
    parentFolderId,
    displayName,
  }),
)

/** Mailbox, folder, number (the id is made from it), given name, surname, company, title, look. */
type ContactRow = readonly [
  string,
  string | null,
  number,
  string,
  string,
  string | null,
  string | null,
  Look | null,
]

const contactRows: readonly ContactRow[] = [
  [alicesMailbox, null, 1, 'Noé', 'Tremblay', 'Fabrikam', 'Curator', ['curly', 4, 1, 'glasses']],
  [alicesMailbox, null, 2, 'Ifeoma', 'Eze', null, null, null],
  [alicesMailbox, suppliers, 3, 'Gülşen', 'Aksoy', 'Wingtip Paper', 'Sales', ['wavy', 2, 3]],
  [alicesMailbox, printers, 4, 'Matti', 'Järvinen', 'Wide World Press', null, ['short', 0, 4]],
  [bobsMailbox, null, 5, 'Rosa', 'Ñancupil', 'Adatum', 'Engineer', ['bun', 4, 0]],
  [bobsMailbox, neighbours, 6, '健一', '高橋', null, null, ['receding', 1, 5, 'glasses']],
  [laylasMailbox, null, 7, 'سامي', 'خوري', 'Northwind', 'Auditor', ['parted', 3, 0, 'beard']],
  [laylasMailbox, null, 8, 'Tomáš', 'Říha', 'Northwind', null, null],
]

const contactOf = (row: ContactRow): Contact => {
  const [mailboxId, folderId, number, givenName, surname, companyName, jobTitle, look] = row
  const displayName = number === 6 ? `${surname} ${givenName}` : `${givenName} ${surname}`
  return {
    tenantId,
    mailboxId,
    id: `AAMkAGRlbW8tY29udGFjdC0wMDAw${number}AAA=`,
    folderId,
    displayName,
    givenName,
    surname,
    companyName,
    jobTitle,
    emailAddresses: [{ address: `contact${number}@contacts.example`, name: displayName }],
    picture: pictureOf(`contact ${number}`, look),
  }
}

export const contacts: readonly Contact[] = contactRows.map(contactOf)
