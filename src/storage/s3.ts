/**
 * Packs as objects of one bucket, with the same names as on disk, so that any tool can copy one to
 * the other. It does not know whose photo a pack is. No request lists the bucket.
 */
import {
  DeleteObjectCommand,
  GetObjectCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
} from '@aws-sdk/client-s3'
import { Failure } from '../failure.ts'
import { type PackEntry, type Packs, refuseOverlong, type Versions } from './packs.ts'
import {
  errorNameOf,
  findBucket,
  keyOfObject,
  listPrefix,
  objectOf,
  openStore,
  type S3Options,
  type Store,
  withTimeout,
} from './s3-store.ts'
import { listDeletedKeys, purgeObject, tracesOf } from './s3-versions.ts'

/** Throws Failure 'storage-unavailable' when the bucket does not exist or may not be listed. */
export async function openS3Packs(options: S3Options): Promise<Packs & Versions> {
  const store = openStore(options)
  const { timeouts } = store
  await findBucket(store, timeouts.readMs)
  return Object.freeze({
    write: (key, bytes) => writeObject(store, key, bytes),
    read: (key, offset, length) => readRange(store, key, offset, length),
    readWhole: key => readWhole(store, key),
    remove: key => removeObject(store, key),
    traces: key => tracesOf(store, key),
    purge: key => purgeObject(store, key),
    deletedKeys: () => listDeletedKeys(store),
    list: () => listObjects(store),
    check: () => findBucket(store, timeouts.checkMs),
  } satisfies Packs & Versions)
}

/**
 * If-None-Match detects a repeated write. When the answer to the first attempt was lost, the second
 * is refused because the object exists or is being written; then the stored bytes must be equal. A
 * write that fails may still have succeeded in the store. No pointer names that pack, and the sweep
 * removes it.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
 */
async function writeObject(store: Store, key: string, bytes: Uint8Array): Promise<void> {
  const object = {
    ...objectOf(store, key),
    Body: bytes,
    ContentLength: bytes.length,
    ContentType: 'image/jpeg',
  }
  const isNew = await withTimeout(
    store.timeouts.writeMs,
    `writing pack ${key}`,
    async abortSignal => {
      try {
        await putOnce(store, object, abortSignal)
        return true
      } catch (error) {
        const name = errorNameOf(error)
        if (name === 'PreconditionFailed' || name === 'ConditionalRequestConflict') return false
        throw error
      }
    },
  )
  if (isNew) return
  const there = await readRange(store, key, 0, bytes.length)
  if (there !== undefined && Buffer.compare(there, bytes) === 0) return
  const what =
    there === undefined ? 'being written by another process' : 'stored with different bytes'
  throw new Failure('storage-unavailable', { detail: `pack ${key} is ${what}` })
}

/**
 * Some stores refuse conditional writes (501), for example OpenStack Swift; there the pack is
 * written without the condition. Keys are random and never reused, so a repeated write has the same
 * bytes.
 */
async function putOnce(
  { client, supports }: Store,
  object: PutObjectCommandInput,
  abortSignal: AbortSignal,
): Promise<void> {
  if (supports.conditionalWrites) {
    try {
      await client.send(new PutObjectCommand({ ...object, IfNoneMatch: '*' }), { abortSignal })
      return
    } catch (error) {
      if (errorNameOf(error) !== 'NotImplemented') throw error
      supports.conditionalWrites = false
    }
  }
  await client.send(new PutObjectCommand(object), { abortSignal })
}

async function readRange(
  store: Store,
  key: string,
  offset: number,
  length: number,
): Promise<Uint8Array | undefined> {
  const object = objectOf(store, key)
  const bytes = await withTimeout(
    store.timeouts.readMs,
    `reading pack ${key}`,
    async abortSignal =>
      (await store.direct.read(object.Key, offset, length, abortSignal)) ??
      (await readByClient(store, object, offset, length, abortSignal)),
  )
  if (bytes !== undefined && bytes.length !== length) {
    const detail = `pack ${key}: ${bytes.length} bytes came instead of ${length} at ${offset}`
    throw new Failure('storage-unavailable', { detail })
  }
  return bytes
}

async function readByClient(
  { client, direct }: Store,
  object: Readonly<{ Bucket: string; Key: string }>,
  offset: number,
  length: number,
  abortSignal: AbortSignal,
): Promise<Uint8Array | undefined> {
  const Range = `bytes=${offset}-${offset + length - 1}`
  const command = new GetObjectCommand({ ...object, Range })
  try {
    const { Body } = await client.send(command, { abortSignal })
    const bytes = await Body?.transformToByteArray()
    direct.resume()
    return bytes
  } catch (error) {
    if (errorNameOf(error) !== 'NoSuchKey') throw error
    direct.resume()
    return undefined
  }
}

async function removeObject(store: Store, key: string): Promise<void> {
  const command = new DeleteObjectCommand(objectOf(store, key))
  await withTimeout(store.timeouts.readMs, `removing pack ${key}`, async abortSignal => {
    try {
      await store.client.send(command, { abortSignal })
    } catch (error) {
      // AWS answers 204 when the object does not exist; some other stores answer 404.
      if (errorNameOf(error) !== 'NoSuchKey') throw error
    }
  })
}

async function readWhole(store: Store, key: string): Promise<Uint8Array | undefined> {
  const command = new GetObjectCommand(objectOf(store, key))
  return await withTimeout(store.timeouts.writeMs, `reading pack ${key}`, async abortSignal => {
    try {
      const { Body, ContentLength = 0 } = await store.client.send(command, { abortSignal })
      refuseOverlong(`pack ${key}`, ContentLength)
      return await Body?.transformToByteArray()
    } catch (error) {
      if (errorNameOf(error) === 'NoSuchKey') return undefined
      throw error
    }
  })
}

async function* listObjects(store: Store): AsyncGenerator<PackEntry> {
  for await (const { Key = '', Size, LastModified } of listPrefix(store, store.location.prefix)) {
    const key = keyOfObject(store, Key)
    if (key === undefined || Size === undefined || LastModified === undefined) continue
    yield { key, bytes: Size, writtenAtMs: LastModified.getTime() }
  }
}
