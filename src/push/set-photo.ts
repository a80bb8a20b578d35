/**
 * The story of one entry: what is there is kept, ours is sent and verified, and each step is in the journal before the next.
 * After a crash, what was sent without an outcome is read back first.
 */
import type { Journal } from './journal.ts'
import { readFormer } from './journal.ts'
import type { Done, Former, Replayed, Sending } from './journal-lines.ts'
import type { KindRow } from './kinds.ts'
import { mostTries } from './patience.ts'
import { type Photo, readPhoto } from './photo.ts'
import type { Entry } from './plan.ts'
import { verify } from './verify.ts'
import {
  hasArrived,
  type Picture,
  problemOfError,
  type Writing,
  writePhoto,
} from './write-photo.ts'

export type Setting = Writing &
  Readonly<{
    kind: KindRow
    journal: Journal
    now: () => number
    /** Of the run that is continued. */
    pending: Replayed['pending'] | undefined
    isMissingOnly: boolean
    /** The prepared JPEG. */
    readJpeg: (entry: Entry) => Promise<Uint8Array>
  }>

/** undefined: ended before the outcome was known; the same command goes on here. */
export async function setPhoto(entry: Entry, setting: Setting): Promise<Done | undefined> {
  const { picture } = entry
  if (picture === undefined) throw new TypeError(`${entry.path} was not prepared`)
  const owner = `${setting.kind.owners}/${entry.person.id}`
  try {
    const sent = { bytes: await setting.readJpeg(entry), likeness: picture.likeness }
    const pending = setting.pending?.get(entry.person.id)
    const former = pending && (await formerIfArrived(owner, pending, sent, entry, setting))
    if (former !== undefined) return await finish(entry, owner, sent, former.etag, setting)
    return await send(entry, owner, sent, setting)
  } catch (error) {
    return await record(entry, { result: 'failed', problem: problemOfError(error) }, setting)
  }
}

async function send(
  entry: Entry,
  owner: string,
  sent: Picture,
  setting: Setting,
): Promise<Done | undefined> {
  for (let tried = 1; ; tried++) {
    const there = await readPhoto(setting.patience, owner)
    if (there !== undefined && setting.isMissingOnly) {
      return await record(entry, { result: 'kept', etag: there.etag }, setting)
    }
    await recordSending(entry, there, setting)
    const written = await writePhoto(owner, sent, there, setting)
    switch (written.outcome) {
      case 'accepted':
        return await finish(entry, owner, sent, there?.etag, setting)
      case 'unsettled':
        return undefined
      case 'refused':
        return await record(entry, { result: 'failed', problem: written.problem }, setting)
      case 'changed':
        if (tried < mostTries && !setting.signal.aborted) continue
        return await record(entry, { result: 'failed', problem: changing }, setting)
    }
  }
}

const changing = {
  status: 412,
  code: '',
  requestId: '',
  words: 'somebody changed the photo again and again',
  advice: 'Run the same command again.',
}

async function recordSending(
  { person, path, picture }: Entry,
  there: Photo | undefined,
  { journal, now }: Setting,
): Promise<void> {
  const file = there && (await journal.keepFormer(person.id, there.bytes))
  const former: Former = { etag: there?.etag, file }
  await journal.write({
    line: 'sending',
    at: new Date(now()).toISOString(),
    ...ownerOf(person, path),
    hash: picture?.hash ?? '',
    likeness: picture?.likeness ?? '',
    former,
  })
}

function ownerOf({ id, name, address }: Entry['person'], path: string) {
  return { id, name, address, path }
}

/** The former photo, if the photo that a killed run sent is there. */
async function formerIfArrived(
  owner: string,
  pending: Sending,
  sent: Picture,
  { picture }: Entry,
  { patience, journal, see }: Setting,
): Promise<Former | undefined> {
  // The file changed meanwhile: it is sent as usual, after what is there now was kept.
  if (pending.hash !== picture?.hash) return undefined
  const { etag, file } = pending.former
  const bytes = file === undefined ? undefined : await readFormer(journal.folder, file)
  const former = bytes && { etag, bytes }
  const now = await readPhoto(patience, owner)
  return (await hasArrived(now, former, sent, { see })) ? pending.former : undefined
}

async function finish(
  entry: Entry,
  owner: string,
  sent: Picture,
  formerEtag: string | undefined,
  setting: Setting,
): Promise<Done> {
  const { verified, etag } = await verify(owner, formerEtag, sent, setting)
  return await record(entry, { result: 'set', verified, etag, formerEtag }, setting)
}

export async function record(
  { person, path, picture }: Entry,
  facts: Pick<Done, 'result' | 'etag' | 'formerEtag' | 'verified' | 'problem'>,
  { journal, now }: Pick<Setting, 'journal' | 'now'>,
): Promise<Done> {
  const done: Done = {
    line: 'done',
    at: new Date(now()).toISOString(),
    ...ownerOf(person, path),
    hash: picture?.hash ?? '',
    likeness: picture?.likeness,
    ...facts,
  }
  await journal.write(done)
  return done
}
