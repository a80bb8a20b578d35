/**
 * Sets the photo that a sender has sent with a person, from a data URL or from a host in a list. It is checked and
 * rendered as an upload is. It replaces another photo only where the organisation says that its photos come from its own
 * directory. The person is written before, and stays written when the photo fails.
 */
import { type Call, maxUploadBytes, type Reply } from '../call.ts'
import { findPhotoUpdateSettings } from '../directory/photo-update-settings.ts'
import type { Events, PhotoNotTaken } from '../events.ts'
import { Failure } from '../failure.ts'
import type { Fetched } from '../outbound/guarded-get.ts'
import type { OwnerKey } from '../photos/photo.ts'
import { findPointer } from '../photos/pointer.ts'
import { type ReplaceParts, replacePhoto } from '../photos/replace.ts'
import { base64Of, decode, lengthOf } from './data-url.ts'

/** How photos of senders are taken in this process. */
export type ScimPhotos = Readonly<{
  /** Of an https address. */
  fetch: (address: string, signal: AbortSignal) => Promise<Fetched>
  /** Runs few at a time, so that a push does not delay the uploads of people. Throws when `signal` is aborted. */
  inTurn: <Result>(work: () => Promise<Result>, signal: AbortSignal) => Promise<Result>
  /** Aborted when waiting and fetching have taken too long for the answer to the sender. */
  deadline: () => AbortSignal
  took: (outcome: PhotoOutcome) => void
}>

export type PhotoParts = ReplaceParts &
  Readonly<{
    events: Pick<Events, 'photoNotTaken' | 'troubled'>
    /** undefined: photos of senders are not taken. */
    photos: ScimPhotos | undefined
  }>

export type PhotoOutcome = Taken['outcome']

type Taken =
  /** 'kept': there is a photo that a sender may not replace. */
  Readonly<{ outcome: 'set' | 'unchanged' | 'kept' } | NotTaken>

/** 'ignored': an address that may not be called. 'refused': the picture is at fault, or the answer of its host. */
type NotTaken = Readonly<{ outcome: 'ignored' | 'refused' | 'failed'; why: string }>

type Sent = Readonly<{ source: string; userId: string; tenantId: string; value: string }>

/** Returns what changed, for the log. Never throws. Takes at most the time of the deadline and one rendering. */
export async function takePhoto(
  parts: PhotoParts,
  { value, ...sent }: Sent,
  call: Pick<Call, 'takeMemory' | 'gone'>,
): Promise<Reply['changed']> {
  const { photos, events } = parts
  if (photos === undefined) return undefined
  const owner = { tenantId: sent.tenantId, kind: 'user', id: sent.userId } as const
  const taken = await take(parts, photos, owner, value, call).catch(error => explain(error, events))
  photos.took(taken.outcome)
  if ('why' in taken) events.photoNotTaken({ ...sent, ...taken } satisfies PhotoNotTaken)
  return taken.outcome === 'set' ? { change: 'replaced', owner } : undefined
}

async function take(
  parts: PhotoParts,
  photos: ScimPhotos,
  owner: OwnerKey,
  value: string,
  { takeMemory, gone }: Pick<Call, 'takeMemory' | 'gone'>,
): Promise<Taken> {
  const { source } = await findPhotoUpdateSettings(parts.database, owner.tenantId)
  const mayReplace = source === 'onPremises'
  const pointer = await findPointer(parts.database, owner)
  if (pointer !== undefined && !mayReplace) return { outcome: 'kept' }
  const signal = AbortSignal.any([photos.deadline(), ...(gone === undefined ? [] : [gone()])])
  return await photos.inTurn(async () => {
    const bytes = await readPicture(photos, value, takeMemory, signal)
    if ('why' in bytes) return bytes
    const current = pointer && { uploadHash: pointer.upload_hash }
    // If somebody has set a photo meanwhile, it stays.
    const condition = mayReplace ? undefined : 'none'
    const did = await replacePhoto(parts, owner, current, bytes, condition, signal)
    return { outcome: did === 'replaced' ? 'set' : did }
  }, signal)
}

async function readPicture(
  { fetch }: ScimPhotos,
  value: string,
  takeMemory: Call['takeMemory'],
  signal: AbortSignal,
): Promise<Uint8Array | NotTaken> {
  const base64 = base64Of(value)
  if (base64 !== undefined) {
    const length = lengthOf(base64)
    if (length > maxUploadBytes) return { outcome: 'refused', why: `it has ${length} bytes` }
    takeMemory(length)
    return decode(base64) ?? { outcome: 'refused', why: 'it is not base64' }
  }
  takeMemory(maxUploadBytes)
  const fetched = await fetch(value, signal)
  if ('bytes' in fetched) return fetched.bytes
  return { outcome: outcomes[fetched.why], why: `${fetched.why}: ${fetched.detail}` }
}

type Why = Exclude<Fetched, Readonly<{ bytes: Uint8Array }>>['why']

const outcomes = {
  'address-not-listed': 'ignored',
  'address-not-public': 'refused',
  'answer-refused': 'refused',
  unreachable: 'failed',
  late: 'failed',
} as const satisfies Record<Why, NotTaken['outcome']>

function explain(error: unknown, events: Pick<Events, 'troubled'>): Taken {
  if (!(error instanceof Failure)) {
    events.troubled('taking the photo of a sender', error)
    return { outcome: 'failed', why: 'bug' }
  }
  if (error.code === 'photo-changed') return { outcome: 'kept' }
  const outcome = error.code.startsWith('image-') ? 'refused' : 'failed'
  return { outcome, why: error.code }
}
