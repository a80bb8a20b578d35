/** Whether a photo that the server accepted is the one that readers get: some servers accept and do nothing, or are late. */
import type { Verified } from './journal-lines.ts'
import { type Photo, readPhoto, readStrongEtag } from './photo.ts'
import { type Picture, problemOfError, showsTheSame, type Writing } from './write-photo.ts'

type Verification = Readonly<{ verified: Verified; etag: string | undefined }>

const notYet: Verification = { verified: 'not yet visible', etag: undefined }

/**
 * A photo that cannot be read now is not yet visible: it was accepted. Microsoft has no strong ETag, so none is asked for there.
 */
export async function verify(
  owner: string,
  formerEtag: string | undefined,
  picture: Picture,
  { patience, see, target }: Pick<Writing, 'patience' | 'see' | 'target'>,
): Promise<Verification> {
  const strong = target.isMicrosoft ? undefined : await orNone(readStrongEtag(patience, owner))
  if (strong !== undefined && strong !== formerEtag) return { verified: 'etag', etag: strong }
  const now = await orNone(readPhoto(patience, owner))
  if (now === undefined) return notYet
  if (isOtherVersion(now, formerEtag)) return { verified: 'etag', etag: now.etag }
  const isOurs =
    now.bytes.equals(picture.bytes) || (await showsTheSame(now.bytes, picture.likeness, see))
  return isOurs ? { verified: 'picture', etag: now.etag } : notYet
}

/** The server's refusal, or no answer, is none here. */
async function orNone<Result>(reading: Promise<Result>): Promise<Result | undefined> {
  return await reading.catch(error => {
    problemOfError(error)
    return undefined
  })
}

/** Only a strong ETag changes exactly when the photo does. */
function isOtherVersion({ etag, isStrong }: Photo, formerEtag: string | undefined): boolean {
  return isStrong && etag !== formerEtag
}
