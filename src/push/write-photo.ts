/**
 * One photo to one owner: what is there is kept, then ours is sent, and a write of unknown outcome is read back before it is
 * sent again. verify.ts looks at the result.
 */
import { type Answer, NoAnswer } from './client.ts'
import type { Likeness } from './likeness.ts'
import { isAlike } from './likeness.ts'
import { mostTries, type Patience } from './patience.ts'
import { type Photo, Refused, readPhoto } from './photo.ts'
import type { Seen } from './prepare.ts'
import type { Target } from './target.ts'
import { type Problem, problemOf, problemOfNoAnswer, verdictOf } from './verdict.ts'

export type Picture = Readonly<{ bytes: Uint8Array; likeness: Likeness }>

export type Writing = Readonly<{
  patience: Patience
  target: Target
  see: (bytes: Uint8Array) => Promise<Seen>
  signal: AbortSignal
}>

/** 'changed': somebody changed the photo after `former` was read. 'unsettled': ended before the outcome was known. */
type Written =
  | Readonly<{ outcome: 'accepted' | 'changed' | 'unsettled' }>
  | Readonly<{ outcome: 'refused'; problem: Problem }>

/** Throws NoAnswer and Refused if the photo cannot be read back. */
export async function writePhoto(
  owner: string,
  picture: Picture,
  former: Photo | undefined,
  writing: Writing,
): Promise<Written> {
  const { patience, target, signal } = writing
  const headers = { 'content-type': 'image/jpeg', ...conditionOf(former, target) }
  for (let tried = 1; ; tried++) {
    const answer = await sendOnce(patience, {
      method: 'PUT',
      path: `${owner}/photo/$value`,
      headers,
      body: picture.bytes,
    })
    const settled = answer instanceof NoAnswer ? undefined : settle(answer, signal)
    if (settled !== undefined) return settled
    const now = await readPhoto(patience, owner)
    if (await hasArrived(now, former, picture, writing)) return { outcome: 'accepted' }
    if (signal.aborted) return { outcome: 'unsettled' }
    if (tried >= mostTries) return { outcome: 'refused', problem: problemAfter(answer) }
    await patience.pause(tried)
  }
}

async function sendOnce(
  patience: Patience,
  order: Parameters<Patience['write']>[0],
): Promise<Answer | NoAnswer> {
  try {
    return await patience.write(order)
  } catch (error) {
    if (error instanceof NoAnswer) return error
    throw error
  }
}

/** undefined where the outcome is unknown. */
function settle(answer: Answer, { aborted }: AbortSignal): Written | undefined {
  const verdict = verdictOf(answer)
  switch (verdict) {
    case 'done':
      return { outcome: 'accepted' }
    case 'changed':
      return { outcome: 'changed' }
    case 'unknown':
      return undefined
    default:
      // Ctrl-C ends the pauses, too: then it has not been tried often enough to have failed.
      if (verdict === 'later' && aborted) return { outcome: 'unsettled' }
      return { outcome: 'refused', problem: problemOf(answer) }
  }
}

function problemAfter(answer: Answer | NoAnswer): Problem {
  return answer instanceof NoAnswer
    ? problemOfNoAnswer(answer.message, answer.requestId)
    : problemOf(answer)
}

/** So that a change in between is never overwritten, where the server can tell. */
export function conditionOf(
  former: Photo | undefined,
  { isMicrosoft }: Target,
): Readonly<Record<string, string>> {
  if (former?.isStrong && former.etag !== undefined) return { 'if-match': former.etag }
  return former === undefined && !isMicrosoft ? { 'if-none-match': '*' } : {}
}

/** Whether what is there now is the picture that was sent, rather than the former one. */
export async function hasArrived(
  now: Photo | undefined,
  former: Pick<Photo, 'etag' | 'bytes'> | undefined,
  picture: Picture,
  { see }: Pick<Writing, 'see'>,
): Promise<boolean> {
  if (now === undefined) return false
  if (now.bytes.equals(picture.bytes)) return true
  if (former?.bytes.equals(now.bytes)) return false
  if (former?.etag !== undefined && now.etag === former.etag) return false
  return await showsTheSame(now.bytes, picture.likeness, see)
}

/** False for bytes that are no picture. */
export async function showsTheSame(
  bytes: Uint8Array,
  likeness: Likeness,
  see: Writing['see'],
): Promise<boolean> {
  const seen = await see(bytes).catch(() => undefined)
  return seen !== undefined && isAlike(seen.likeness, likeness)
}

export function problemOfError(error: unknown): Problem {
  if (error instanceof Refused) return error.problem
  if (error instanceof NoAnswer) return problemOfNoAnswer(error.message, error.requestId)
  throw error
}
