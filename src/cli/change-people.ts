/** `visage people add`, `change`, `disable`, `enable`, `remove` and `restore`, directly in the store. */
import { randomUUID } from 'node:crypto'
import { describeChange } from '../events.ts'
import {
  type Added,
  addPerson,
  type Changed,
  changePerson,
  type PersonTexts,
  readTexts,
  removePerson,
  restorePerson,
} from '../upkeep/change-people.ts'
import { findOnlyTenant, nameOf, type Person, personFields } from '../upkeep/people.ts'
import { chooseForm, type Form } from './forms.ts'
import { printOne } from './listing.ts'
import {
  type DirectoryFlags,
  type OpenDatabase,
  tenantOf,
  withDirectory,
} from './open-directory.ts'
import { writeTo } from './stream.ts'
import { CommandError, jsonLines, type Terminal } from './terminal.ts'

export type PersonFlags = DirectoryFlags &
  Omit<PersonTexts, 'userPrincipalName'> &
  Readonly<{ id?: string; userType?: 'Member' | 'Guest'; manager?: string; inactive?: boolean }>

export async function add(
  userPrincipalName: string,
  flags: PersonFlags,
  terminal: Terminal,
): Promise<void> {
  const { displayName, userType, inactive = false, id = randomUUID(), manager } = flags
  if (displayName === undefined) throw new CommandError('a person needs a --display-name.')
  const texts = readTexts({ ...flags, userPrincipalName })
  const user = { ...texts, userPrincipalName, displayName, userType, isActive: !inactive }
  const form = chooseForm(flags)
  await withDirectory(flags, async database => {
    const tenantId = await tenantToAddTo(database, flags)
    const added = await addPerson(database, { tenantId, id, user, manager }, Date.now())
    await report({ ...added, words: addedWords(added), form }, terminal)
  })
}

/** Without --tenant, the only tenant of the directory. Throws CommandError if there is none yet. */
export async function tenantToAddTo(
  database: OpenDatabase,
  flags: DirectoryFlags,
): Promise<string> {
  const tenantId = tenantOf(flags) ?? (await findOnlyTenant(database))
  if (tenantId !== undefined && tenantId.trim() !== '') return tenantId
  throw new CommandError(
    'the directory is empty, so choose a tenant with --tenant: the one of VISAGE_TENANTS, or of VISAGE_ISSUER_TENANT (default).',
  )
}

function addedWords({ person, did }: Added): string {
  const who = `${nameOf(person)}, id ${person.id}, tenant ${person.tenantId}`
  return did === 'adopted' ? `Taken over: ${who}. ${adopted}` : `Added: ${who}.`
}

const adopted =
  'They were added by signing in. From now on `visage people` manages them, and sign-ins no longer change their names.'

export async function change(
  name: string,
  flags: PersonFlags & PersonTexts,
  terminal: Terminal,
): Promise<void> {
  const { userType, manager } = flags
  const changes = { ...readTexts(flags), ...(userType !== undefined && { userType }) }
  if (Object.keys(changes).length === 0 && manager === undefined) {
    throw new CommandError('name a change, such as --department Design; "" removes a value.')
  }
  await carryOut('changed', name, flags, terminal, (database, named, at) =>
    changePerson(database, named, { changes, manager }, at),
  )
}

type Verb = 'disable' | 'enable' | 'remove' | 'restore'

export async function act(
  verb: Verb,
  name: string,
  flags: DirectoryFlags,
  terminal: Terminal,
): Promise<void> {
  const { did, work } = acts[verb]
  await carryOut(did, name, flags, terminal, work)
}

type Did = 'changed' | 'disabled' | 'enabled' | 'removed' | 'restored'

const meanings = {
  changed: '',
  disabled: ' Servers refuse their tokens, and hide their photo unless VISAGE_LEAVERS is show.',
  enabled: ' Servers accept their tokens and show their photo.',
  removed: ' Their name is free. `visage people restore` restores them.',
  restored: '',
} as const satisfies Record<Did, string>

type Work = (
  database: OpenDatabase,
  named: Readonly<{ name: string; tenantId: string | undefined }>,
  at: number,
) => Promise<Changed>

const acts: Readonly<Record<Verb, Readonly<{ did: Did; work: Work }>>> = {
  disable: { did: 'disabled', work: setActive(false) },
  enable: { did: 'enabled', work: setActive(true) },
  remove: { did: 'removed', work: removePerson },
  restore: { did: 'restored', work: restorePerson },
}

function setActive(isActive: boolean): Work {
  return (database, named, at) => changePerson(database, named, { changes: { isActive } }, at)
}

async function carryOut(
  did: Did,
  name: string,
  flags: DirectoryFlags,
  terminal: Terminal,
  work: Work,
): Promise<void> {
  const form = chooseForm(flags)
  const named = { name, tenantId: tenantOf(flags) }
  await withDirectory(flags, async database => {
    const { before, person } = await work(database, named, Date.now())
    const heading = did.charAt(0).toUpperCase() + did.slice(1)
    const isAdopted = before.source === 'sign-in' && did !== 'removed'
    const more = `${meanings[did]}${isAdopted ? ` ${adopted}` : ''}`
    const words = `${heading}: ${nameOf(person)}, id ${person.id}.${more}`
    await report({ person, did, words, form }, terminal)
  })
}

/** One line for a log. The operator is not named: the history of the shell has them. */
async function report({ person, did, words, form }: Outcome, terminal: Terminal): Promise<void> {
  if (form === 'text') terminal.print(words)
  else await writeTo(terminal.stdout, printOne(form, person, [], personFields))
  const { tenantId, id, source } = person
  jsonLines(terminal, Date.now)(
    'info',
    describeChange({ kind: 'person', did, tenantId, id, source }),
  )
}

type Outcome = Readonly<{ person: Person; did: Did | Added['did']; words: string; form: Form }>
