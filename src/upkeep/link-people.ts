/**
 * Links sign-ins to provisioned people and unlinks them, for an operator at a terminal. A person whom the directory has
 * twice becomes one.
 */
import { joinPeople, type KeptPhoto } from '../directory/sign-in/join-people.ts'
import { linkByHand, unlink } from '../directory/sign-in/link-by-hand.ts'
import { findSignIns, listSignInsOf, type Subject } from '../directory/sign-ins.ts'
import { Failure } from '../failure.ts'
import { normalizeId } from '../guid.ts'
import type { Database, SignInRow } from '../storage/schema.ts'
import { toTime } from './fields.ts'
import { findPerson, findWithId, nameOf, type Person, readPerson } from './people.ts'
import { expectText, unfit } from './texts.ts'

type Wanted = Readonly<{
  /** The id in the tokens. */
  subject: string
  /** The provisioned person, by id or name. */
  name: string
  tenantId: string | undefined
  issuer: string | undefined
}>

/** `twin`: the row that came by signing in, where the subject has one. */
export type Pair = Readonly<{ subject: string; person: Person; twin: Person | undefined }>

/** Reads everything and changes nothing. Throws Failure, in words, where the two cannot be linked. */
export async function findPair(database: Database, wanted: Wanted): Promise<Pair> {
  const subject = toSubject(wanted.subject)
  const person = await findPerson(database, wanted)
  if (person.source === 'sign-in') {
    throw unfit(`${nameOf(person)} came by signing in: name somebody whom a source has brought`)
  }
  const known = await findWithId(database, { tenantId: person.tenantId, id: subject })
  const twin = known?.id === person.id ? undefined : known
  if (twin !== undefined) expectTwin(twin)
  else if (wanted.issuer === undefined) {
    throw unfit(
      `no person with the id ${JSON.stringify(subject)} has signed in in tenant ${person.tenantId}: to link them before they do, name the issuer of their tokens with --issuer`,
    )
  }
  return { subject, person, twin }
}

function expectTwin(twin: Person): void {
  if (twin.source !== 'sign-in') {
    throw unfit(
      `${nameOf(twin)}, id ${twin.id}, comes from ${twin.source}: only somebody who came by signing in becomes another person`,
    )
  }
  if (twin.deletedAt !== null) throw unfit(`${nameOf(twin)}, id ${twin.id}, was removed`)
}

/** No token has a longer id (tokens/values.ts). */
const maxSubject = 255

function toSubject(text: string): string {
  const subject = normalizeId(expectText('the id in the tokens', text))
  if (subject.length <= maxSubject) return subject
  throw unfit(`the id in the tokens is longer than ${maxSubject} characters`)
}

type LinkedPerson = Readonly<{
  person: Person
  signIns: readonly SignInRow[]
  photoOf: KeptPhoto | undefined
}>

/** All or nothing. Throws Failure, in words. */
export async function linkPair(
  database: Database,
  { subject, person, twin }: Pair,
  { issuer, keep }: Readonly<{ issuer: string | undefined; keep: KeptPhoto | undefined }>,
  at: number,
): Promise<LinkedPerson> {
  const { tenantId, id } = person
  try {
    const joining = { tenantId, signedInId: subject, provisionedId: id, issuer, keep, at }
    const joined = twin && (await joinPeople(database, joining))
    if (issuer !== undefined) await linkByHand(database, { tenantId, issuer, id: subject }, id, at)
    return {
      person: await readPerson(database, person),
      signIns: await listSignInsOf(database, tenantId, id),
      photoOf: joined?.photoOf,
    }
  } catch (error) {
    throw error instanceof Failure ? inWords(error, subject) : error
  }
}

function inWords(failure: Failure, subject: string): Failure {
  const { code, facts, cause } = failure
  const detail = wordsOf(code, String(facts.reason ?? ''), subject)
  return detail === undefined ? failure : new Failure(code, { detail, cause })
}

function wordsOf(code: string, reason: string, subject: string): string | undefined {
  const whose = JSON.stringify(subject)
  switch (code) {
    case 'resource-invalid':
      return `${reason}: say ${reason.includes('photo') ? 'whose stays with --keep' : 'it with --issuer'}. Nothing was changed.`
    case 'value-taken':
      return `${whose} is linked to another person, or is their id: \`visage people unlink\` takes a link back. Nothing was changed.`
    case 'user-not-found':
      return 'one of the two is not there any more. Nothing was changed.'
    default:
      return undefined
  }
}

type Unlinked = Readonly<{ person: Person; own: Person; link: SignInRow }>

/** The subject gets its own row. Throws Failure, in words. */
export async function unlinkSubject(
  database: Database,
  wanted: Pick<Wanted, 'subject' | 'tenantId' | 'issuer'>,
  at: number,
): Promise<Unlinked> {
  const subject = toSubject(wanted.subject)
  const link = onlyLink(await findSignIns(database, subject), { ...wanted, subject })
  const { tenant_id: tenantId, issuer, user_id } = link
  if (user_id === subject) {
    throw unfit(`${JSON.stringify(subject)} is the id of the person, and not linked to another one`)
  }
  const key: Subject = { tenantId, issuer, id: subject }
  const id = await unlink(database, key, at)
  const person = await readPerson(database, { tenantId, id })
  return { person, own: await readPerson(database, { tenantId, id: subject }), link }
}

function onlyLink(
  all: readonly SignInRow[],
  { subject, tenantId, issuer }: Pick<Wanted, 'subject' | 'tenantId' | 'issuer'>,
): SignInRow {
  const found = all.filter(
    row =>
      (tenantId === undefined || row.tenant_id === tenantId) &&
      (issuer === undefined || row.issuer === issuer),
  )
  const [first, ...others] = found
  if (first === undefined) {
    throw new Failure('user-not-found', {
      detail: `${JSON.stringify(subject)} is not linked to any person`,
    })
  }
  if (others.length === 0) return first
  const choices = found.map(row => `${row.issuer} in tenant ${row.tenant_id}`).join('; ')
  throw unfit(
    `${JSON.stringify(subject)} is linked at ${choices}: say which with --issuer and --tenant`,
  )
}

/** A line for each sign-in of a person. A person who signs in by their id has none. */
export async function describeSignIns(
  database: Database,
  { tenantId, id }: Person,
): Promise<string[]> {
  const rows = await listSignInsOf(database, tenantId, id)
  return rows.map(({ subject, issuer, linked_by, linked_at }) => {
    const how = { name: ', linked by name', hand: ', linked by hand', id: '' }[linked_by] ?? ''
    return `${subject} at ${issuer}${how} since ${toTime(linked_at)}`
  })
}
