/**
 * Packs as objects of one bucket, under the same names that the disk gives them: either can be copied to
 * the other with any tool. Decides what is asked of the store, how long and how often. It does not know
 * whose photo a pack is. Buckets are never listed for a request.
 */
import {
  type _Object,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3'
import { Failure } from '../failure.ts'
import type { S3Location } from './location.ts'
import { checkPackKey, type PackEntry, type Packs, refuseOverlong } from './packs.ts'

export type S3Options = Readonly<{
  location: S3Location
  /** Without: environment, shared files, web identity, container or instance, as every AWS tool. */
  credentials?: Readonly<{ accessKeyId: string; secretAccessKey: string }>
  patience?: Partial<S3Patience>
}>

/** All in milliseconds. */
export type S3Patience = Readonly<{
  /** A connection inside a data centre takes one; a lost packet is sent again after a second. */
  connectMs: number
  /** From the request to the head of the answer, each time it is tried. */
  answerMs: number
  /** Between two pieces of a body. */
  stallMs: number
  /** For a read or a removal with all its tries: then a person has waited long enough. */
  readMs: number
  /** For a write with all its tries; up to 1 MB has to get to three disks. */
  writeMs: number
  /** For the question whether the bucket is there, with all its tries. */
  checkMs: number
}>

const standardPatience: S3Patience = {
  connectMs: 1_500,
  answerMs: 4_000,
  stallMs: 4_000,
  readMs: 8_000,
  writeMs: 15_000,
  checkMs: 2_000,
}

/**
 * Once more helps when one gateway of several is restarting, or a kept connection was closed just then;
 * more than twice makes an outage worse. The client waits 50 to 100 ms and then twice as long, with chance in it.
 */
const tries = 3

/** More at once wait; a store across a network has its own limits. */
const maxSockets = 64

type Store = Readonly<{
  client: S3Client
  location: S3Location
  patience: S3Patience
  /** Found out by the first write. */
  knows: { conditionalWrites: boolean }
}>

/** A bucket that is not there, or that may not be listed, is refused here. */
export async function openS3Packs(options: S3Options): Promise<Packs> {
  const { location } = options
  const patience = { ...standardPatience, ...options.patience }
  const client = createClient(options, patience)
  const store: Store = { client, location, patience, knows: { conditionalWrites: true } }
  await findBucket(store, patience.readMs)
  return Object.freeze({
    write: (key, bytes) => writeObject(store, key, bytes),
    read: (key, offset, length) => readRange(store, key, offset, length),
    readWhole: key => readWhole(store, key),
    remove: key => removeObject(store, key),
    traces: async key => (await versionsOf(store, key)).map(wordsOfVersion),
    purge: key => purgeObject(store, key),
    buried: () => listBuried(store),
    remembered: () => [],
    forget: () => {},
    list: () => listObjects(store),
    // An object appears whole or not at all, and nothing is sent in parts.
    removeLeftovers: async () => 0,
    check: () => findBucket(store, patience.checkMs),
  } satisfies Packs)
}

function createClient({ location, credentials }: S3Options, patience: S3Patience): S3Client {
  const { endpoint, region, profile, hasPathStyle } = location
  return new S3Client({
    ...(endpoint !== undefined && { endpoint }),
    ...(region !== undefined && { region }),
    ...(profile !== undefined && { profile }),
    ...(credentials && { credentials }),
    forcePathStyle: hasPathStyle,
    maxAttempts: tries,
    requestHandler: {
      connectionTimeout: patience.connectMs,
      requestTimeout: patience.answerMs,
      throwOnRequestTimeout: true,
      socketTimeout: patience.stallMs,
      httpAgent: { keepAlive: true, maxSockets },
      httpsAgent: { keepAlive: true, maxSockets },
    },
    // The signature covers the body's SHA-256 already; other stores do not all know AWS's newer checksums.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  })
}

async function findBucket(
  { client, location: { bucket } }: Store,
  withinMs: number,
): Promise<void> {
  await ask(withinMs, `bucket ${bucket}`, async abortSignal => {
    try {
      await client.send(new HeadBucketCommand({ Bucket: bucket }), { abortSignal })
    } catch (cause) {
      const detail = `bucket ${bucket}: ${reasonOf(cause) ?? wordsOf(cause)}`
      throw new Failure('storage-unavailable', { detail, cause })
    }
  })
}

/** An answer to HEAD has no body, and so not S3's own word for what is wrong. */
const reasons: Readonly<Record<number, string>> = {
  301: 'it is in another region, or has another endpoint (301)',
  400: 'the request is refused (400): the region may be another, or a session of the keys be over',
  403: 'the keys are not accepted, or may not list it (s3:ListBucket), or the clock is wrong (403)',
  404: 'there is no such bucket (404)',
}

function reasonOf(error: unknown): string | undefined {
  if (!(error instanceof S3ServiceException)) return undefined
  const { $metadata, $response } = error
  const region: unknown = $response?.headers['x-amz-bucket-region']
  const status = $metadata.httpStatusCode
  const reason = status === undefined ? undefined : (reasons[status] ?? `it answers ${status}`)
  return typeof region === 'string' ? `${reason}; it is in the region ${region}` : reason
}

function objectOf({ location: { bucket, prefix } }: Store, key: string) {
  checkPackKey(key)
  return { Bucket: bucket, Key: `${prefix}${key.slice(0, 2)}/${key.slice(2, 4)}/${key}.jpg` }
}

/** undefined for an object that is no pack of ours. */
function keyIn({ location: { prefix } }: Store, name: string): string | undefined {
  return /^[0-9a-f]{2}\/[0-9a-f]{2}\/([0-9a-f]{32})\.jpg$/.exec(name.slice(prefix.length))?.[1]
}

/**
 * If-None-Match makes a repeated write visible: when the answer to the first try was lost, the second
 * one is told that the object is there, or that another write of it is under way, and it has to be ours.
 * A write that fails for good may still have arrived; no pointer names it then, and the sweep removes it.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
 */
async function writeObject(store: Store, key: string, bytes: Uint8Array): Promise<void> {
  const object = {
    ...objectOf(store, key),
    Body: bytes,
    ContentLength: bytes.length,
    ContentType: 'image/jpeg',
  }
  const isNew = await ask(store.patience.writeMs, `writing pack ${key}`, async abortSignal => {
    try {
      await putOnce(store, object, abortSignal)
      return true
    } catch (error) {
      const name = nameOf(error)
      if (name === 'PreconditionFailed' || name === 'ConditionalRequestConflict') return false
      throw error
    }
  })
  if (isNew) return
  const there = await readRange(store, key, 0, bytes.length)
  if (there !== undefined && Buffer.compare(there, bytes) === 0) return
  const what = there === undefined ? 'being written by somebody else' : 'there with other bytes'
  throw new Failure('storage-unavailable', { detail: `pack ${key} is ${what}` })
}

/**
 * Some stores refuse conditional writes (501), OpenStack Swift among them; there a pack is written without.
 * The condition is a second guard: keys are random and never used twice, so a repeated write brings the same
 * bytes.
 */
async function putOnce(
  { client, knows }: Store,
  object: PutObjectCommandInput,
  abortSignal: AbortSignal,
): Promise<void> {
  if (knows.conditionalWrites) {
    try {
      await client.send(new PutObjectCommand({ ...object, IfNoneMatch: '*' }), { abortSignal })
      return
    } catch (error) {
      if (nameOf(error) !== 'NotImplemented') throw error
      knows.conditionalWrites = false
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
  const Range = `bytes=${offset}-${offset + length - 1}`
  const command = new GetObjectCommand({ ...objectOf(store, key), Range })
  const bytes = await ask(store.patience.readMs, `reading pack ${key}`, async abortSignal => {
    try {
      const { Body } = await store.client.send(command, { abortSignal })
      return await Body?.transformToByteArray()
    } catch (error) {
      if (nameOf(error) === 'NoSuchKey') return undefined
      throw error
    }
  })
  if (bytes !== undefined && bytes.length !== length) {
    const detail = `pack ${key}: ${bytes.length} bytes came instead of ${length} at ${offset}`
    throw new Failure('storage-unavailable', { detail })
  }
  return bytes
}

async function removeObject(store: Store, key: string): Promise<void> {
  const command = new DeleteObjectCommand(objectOf(store, key))
  await ask(store.patience.readMs, `removing pack ${key}`, async abortSignal => {
    try {
      await store.client.send(command, { abortSignal })
    } catch (error) {
      // AWS answers 204 for an object that is gone already; others say so.
      if (nameOf(error) !== 'NoSuchKey') throw error
    }
  })
}

async function readWhole(store: Store, key: string): Promise<Uint8Array | undefined> {
  const command = new GetObjectCommand(objectOf(store, key))
  return await ask(store.patience.writeMs, `reading pack ${key}`, async abortSignal => {
    try {
      const { Body, ContentLength = 0 } = await store.client.send(command, { abortSignal })
      refuseOverlong(`pack ${key}`, ContentLength)
      return await Body?.transformToByteArray()
    } catch (error) {
      if (nameOf(error) === 'NoSuchKey') return undefined
      throw error
    }
  })
}

/** `VersionId` is the text `null` where the bucket keeps no versions; a delete marker has no bytes. */
type ObjectVersion = Readonly<{
  Key: string
  /** undefined where the store knows none. */
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
    const page = await ask(store.patience.writeMs, 'listing versions of packs', abortSignal =>
      store.client.send(command, { abortSignal }).catch(undefinedIfUnknown),
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

/** Stores that keep no versions may not know the question either (501), such as Garage and R2. */
function undefinedIfUnknown(error: unknown): undefined {
  if (nameOf(error) !== 'NotImplemented') throw error
}

/** Every object is its only version. */
async function* listOnlyVersions(store: Store, Prefix: string): AsyncGenerator<ObjectVersion> {
  for await (const { Key = '', Size } of listPrefix(store, Prefix)) {
    yield { Key, VersionId: undefined, bytes: Size ?? 0, isLatest: true }
  }
}

async function versionsOf(store: Store, key: string): Promise<ObjectVersion[]> {
  const { Key } = objectOf(store, key)
  const found: ObjectVersion[] = []
  for await (const version of listVersions(store, Key)) {
    if (version.Key === Key) found.push(version)
  }
  return found
}

/** What is latest is a delete marker: a list of the bucket does not show it. */
async function* listBuried(store: Store): AsyncGenerator<string> {
  for await (const { Key, bytes, isLatest } of listVersions(store, store.location.prefix)) {
    const key = keyIn(store, Key)
    if (key !== undefined && bytes === undefined && isLatest) yield key
  }
}

function wordsOfVersion({ Key, VersionId, bytes }: ObjectVersion): string {
  const version = VersionId === undefined || VersionId === 'null' ? '' : ` version ${VersionId}`
  return bytes === undefined
    ? `${Key}${version} (delete marker)`
    : `${Key}${version} (${bytes} bytes)`
}

/**
 * Deleting by version leaves no marker. Object lock refuses it (AccessDenied), and so does a user without
 * s3:DeleteObjectVersion: what stays is named.
 */
async function purgeObject(store: Store, key: string): Promise<void> {
  for (const { Key, VersionId } of await versionsOf(store, key)) {
    const command = new DeleteObjectCommand({ Bucket: store.location.bucket, Key, VersionId })
    await ask(
      store.patience.readMs,
      `removing ${Key} version ${VersionId ?? 'null'}`,
      abortSignal => store.client.send(command, { abortSignal }),
    )
  }
  const left = await versionsOf(store, key)
  if (left.length === 0) return
  const detail = `still there: ${left.map(wordsOfVersion).join(', ')}`
  throw new Failure('storage-unavailable', { detail })
}

async function* listObjects(store: Store): AsyncGenerator<PackEntry> {
  for await (const { Key = '', Size, LastModified } of listPrefix(store, store.location.prefix)) {
    const key = keyIn(store, Key)
    if (key === undefined || Size === undefined || LastModified === undefined) continue
    yield { key, bytes: Size, writtenAtMs: LastModified.getTime() }
  }
}

/** A thousand at a time: however many packs there are, one page of names is in memory. */
async function* listPrefix(store: Store, Prefix: string): AsyncGenerator<_Object> {
  const { bucket: Bucket } = store.location
  let ContinuationToken: string | undefined
  do {
    const command = new ListObjectsV2Command({ Bucket, Prefix, ContinuationToken })
    const page = await ask(store.patience.writeMs, 'listing packs', abortSignal =>
      store.client.send(command, { abortSignal }),
    )
    yield* page.Contents ?? []
    ContinuationToken = page.NextContinuationToken
  } while (ContinuationToken !== undefined)
}

/**
 * Whatever the store or the way there refuses is the medium's fault. The time is taken back with the answer:
 * AbortSignal.timeout would hold on to every picture until it has run out.
 */
async function ask<Answer>(
  withinMs: number,
  what: string,
  work: (abortSignal: AbortSignal) => Promise<Answer>,
): Promise<Answer> {
  const tooLate = Promise.withResolvers<never>()
  const ending = new AbortController()
  const timer = setTimeout(() => {
    const reason = new DOMException(`no answer within ${withinMs} ms`, 'TimeoutError')
    ending.abort(reason)
    tooLate.reject(reason)
  }, withinMs)
  try {
    return await Promise.race([work(ending.signal), tooLate.promise])
  } catch (cause) {
    if (cause instanceof Failure) throw cause
    throw new Failure('storage-unavailable', { detail: `${what}: ${wordsOf(cause)}`, cause })
  } finally {
    clearTimeout(timer)
  }
}

function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.message === '' ? error.name : `${error.name}, ${error.message}`
}

/** S3's own word for what is wrong. */
function nameOf(error: unknown): string | undefined {
  return error instanceof Error ? error.name : undefined
}
