/**
 * Finds and permanently removes the old versions that a bucket keeps of removed objects. In a store
 * without versions, every object has one version.
 */
import { DeleteObjectCommand, ListObjectVersionsCommand } from '@aws-sdk/client-s3'
import { Failure } from '../failure.ts'
import {
  errorNameOf,
  keyOfObject,
  listPrefix,
  objectOf,
  type Store,
  withTimeout,
} from './s3-store.ts'

/** `VersionId` is the text `null` in a bucket without versioning. A delete marker has no bytes. */
type ObjectVersion = Readonly<{
  Key: string
  /** undefined where the store has no versions. */
  VersionId: string | undefined
  bytes: number | undefined
  isLatest: boolean
}>

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html */
async function* listVersions(store: Store, Prefix: string): AsyncGenerator<ObjectVersion> {
  const { bucket: Bucket } = store.location
  let after: Readonly<{ KeyMarker?: string; VersionIdMarker?: string }> | undefined = {}
  while (after !== undefined) {
    const command: ListObjectVersionsCommand = new ListObjectVersionsCommand({
      Bucket,
      Prefix,
      ...after,
    })
    const page = await withTimeout(
      store.timeouts.writeMs,
      'listing versions of packs',
      abortSignal => store.client.send(command, { abortSignal }).catch(undefinedIfNotImplemented),
    )
    if (page === undefined) return yield* listOnlyVersions(store, Prefix)
    for (const { Key = '', VersionId = 'null', Size = 0, IsLatest } of page.Versions ?? []) {
      yield { Key, VersionId, bytes: Size, isLatest: IsLatest === true }
    }
    for (const { Key = '', VersionId = 'null', IsLatest } of page.DeleteMarkers ?? []) {
      yield { Key, VersionId, bytes: undefined, isLatest: IsLatest === true }
    }
    const { IsTruncated, NextKeyMarker: KeyMarker, NextVersionIdMarker: VersionIdMarker } = page
    after =
      IsTruncated === true && KeyMarker !== undefined
        ? { KeyMarker, ...(VersionIdMarker !== undefined && { VersionIdMarker }) }
        : undefined
  }
}

/** Stores without versions may not implement the request (501), such as Garage and R2. */
function undefinedIfNotImplemented(error: unknown): undefined {
  if (errorNameOf(error) !== 'NotImplemented') throw error
}

/** For stores without versions. */
async function* listOnlyVersions(store: Store, Prefix: string): AsyncGenerator<ObjectVersion> {
  for await (const { Key = '', Size } of listPrefix(store, Prefix)) {
    yield { Key, VersionId: undefined, bytes: Size ?? 0, isLatest: true }
  }
}

/** One line per version that the store still has of a pack. */
export async function tracesOf(store: Store, key: string): Promise<string[]> {
  return (await versionsOf(store, key)).map(describeVersion)
}

async function versionsOf(store: Store, key: string): Promise<ObjectVersion[]> {
  const { Key } = objectOf(store, key)
  const found: ObjectVersion[] = []
  for await (const version of listVersions(store, Key)) {
    if (version.Key === Key) found.push(version)
  }
  return found
}

/** Keys whose latest version is a delete marker. Listing the bucket does not show them. */
export async function* listDeletedKeys(store: Store): AsyncGenerator<string> {
  for await (const { Key, bytes, isLatest } of listVersions(store, store.location.prefix)) {
    const key = keyOfObject(store, Key)
    if (key !== undefined && bytes === undefined && isLatest) yield key
  }
}

function describeVersion({ Key, VersionId, bytes }: ObjectVersion): string {
  const version = VersionId === undefined || VersionId === 'null' ? '' : ` version ${VersionId}`
  return bytes === undefined
    ? `${Key}${version} (delete marker)`
    : `${Key}${version} (${bytes} bytes)`
}

/**
 * Deleting a version leaves no marker. Object lock refuses it (AccessDenied), and so does a user
 * without s3:DeleteObjectVersion. The error lists what remains.
 */
export async function purgeObject(store: Store, key: string): Promise<void> {
  for (const { Key, VersionId } of await versionsOf(store, key)) {
    const command = new DeleteObjectCommand({ Bucket: store.location.bucket, Key, VersionId })
    await withTimeout(
      store.timeouts.readMs,
      `removing ${Key} version ${VersionId ?? 'null'}`,
      abortSignal => store.client.send(command, { abortSignal }),
    )
  }
  const left = await tracesOf(store, key)
  if (left.length === 0) return
  throw new Failure('storage-unavailable', { detail: `still there: ${left.join(', ')}` })
}
