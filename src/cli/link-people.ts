/** `visage people link` and `unlink`: links a sign-in to a provisioned person, on the store itself. */
import { createInterface } from 'node:readline/promises'
import { createEvents } from '../events.ts'
import { readEnvironment } from '../settings/environment.ts'
import { findPair, linkPair, type Pair, unlinkSubject } from '../upkeep/link-people.ts'
import { nameOf, type Person, personFields } from '../upkeep/people.ts'
import { chooseForm, type Form } from './forms.ts'
import { printOne } from './listing.ts'
import { type DirectoryFlags, tenantOf, withDirectory } from './open-directory.ts'
import { writeTo } from './stream.ts'
import { CommandError, jsonLines, type Terminal } from './terminal.ts'

export type LinkFlags = DirectoryFlags &
  Readonly<{ issuer?: string; keep?: 'signed-in' | 'provisioned' }>

export async function link(
  subject: string,
  name: string,
  flags: LinkFlags,
  terminal: Terminal,
): Promise<void> {
  const issuer = flags.issuer ?? readEnvironment().issuer
  const form = chooseForm(flags)
  await withDirectory(flags, async database => {
    const pair = await findPair(database, { subject, name, tenantId: tenantOf(flags), issuer })
    const keep = flags.keep ?? (await askForPhoto(pair, terminal))
    const { person, signIns, photoOf } = await linkPair(
      database,
      pair,
      { issuer, keep },
      Date.now(),
    )
    const whose = photoOf && ` The photo is that of ${words[photoOf]}.`
    const joined = pair.twin ? ' Both are one person from now on, with contacts and groups.' : ''
    const said = `Linked: ${pair.subject} signs in as ${nameOf(person)}, id ${person.id}.${joined}${whose ?? ''}`
    await report(said, person, form, terminal)
    const { linked } = createEvents(jsonLines(terminal, Date.now))
    for (const { issuer, subject, linked_by } of signIns) {
      if (linked_by !== 'hand') continue
      const { tenantId, id: userId, source } = person
      linked({ tenantId, userId, source, issuer, subject, by: 'hand' })
    }
  })
}

const words = {
  'signed-in': 'who signed in',
  provisioned: 'who was provisioned',
} as const

/** Throws CommandError where both have a photo and the operator does not choose one. */
async function askForPhoto(
  { person, twin }: Pair,
  { stdin, stderr }: Terminal,
): Promise<LinkFlags['keep']> {
  if (twin === undefined || !twin.hasPhoto || !person.hasPhoto) return undefined
  const both = `both have a photo: ${nameOf(twin)}, who signed in, since ${twin.photoChangedAt}, and ${nameOf(person)}, who was provisioned, since ${person.photoChangedAt}.`
  if (!stdin.isTTY) {
    throw new CommandError(
      `${both} Say which one stays: --keep signed-in or --keep provisioned. Nothing was changed.`,
    )
  }
  const asking = createInterface({ input: stdin, output: stderr })
  try {
    const question = `${both.charAt(0).toUpperCase()}${both.slice(1)}\nWhich one stays, signed-in or provisioned? `
    const answer = (await asking.question(question).catch(() => '')).trim()
    if (answer === 'signed-in' || answer === 'provisioned') return answer
    throw new CommandError('nothing was changed.')
  } finally {
    asking.close()
  }
}

export async function unlink(subject: string, flags: LinkFlags, terminal: Terminal): Promise<void> {
  const { issuer } = flags
  const form = chooseForm(flags)
  const wanted = { subject, tenantId: tenantOf(flags), issuer }
  await withDirectory(flags, async database => {
    const { person, own, link } = await unlinkSubject(database, wanted, Date.now())
    const said = `Unlinked: ${own.id} signs in no longer as ${nameOf(person)}, and is a person of their own. The photo stays with ${nameOf(person)}.`
    await report(said, own, form, terminal)
    const { tenant_id: tenantId, user_id: userId } = link
    const { unlinked } = createEvents(jsonLines(terminal, Date.now))
    unlinked({ tenantId, userId, source: person.source, issuer: link.issuer, subject: own.id })
  })
}

async function report(said: string, person: Person, form: Form, terminal: Terminal): Promise<void> {
  if (form === 'text') terminal.print(said)
  else await writeTo(terminal.stdout, printOne(form, person, [], personFields))
}
