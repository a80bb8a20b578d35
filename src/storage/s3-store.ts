/**
 * An S3 store and the way to it: how long it is waited for and how often it is asked, what the object of a
 * pack is called, and what the store says when it cannot serve, as a failure of ours.
 */
import {
  type _Object,
  HeadBucketCommand,
  ListObjectsV2Command,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3'
import { Failure } from '../failure.ts'
import type { S3Location } from './location.ts'
import { checkPackKey } from './packs.ts'

export type S3Options = Readonly<{
  location: S3Location
  /** Without: environment, shared files, web identity, container or instance, as every AWS tool. */
  credentials?: Readonly<{ accessKeyId: string; secretAccessKey: string }>
  timeouts?: Partial<S3Timeouts>
}>

/** All in milliseconds. */
type S3Timeouts = Readonly<{
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

const defaultTimeouts: S3Timeouts = {
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

export type Store = Readonly<{
  client: S3Client
  location: S3Location
  timeouts: S3Timeouts
  /** Found out by the first write. */
  supports: { conditionalWrites: boolean }
}>

/** Asks nothing yet: see findBucket. */
export function openStore(options: S3Options): Store {
  const { location } = options
  const timeouts = { ...defaultTimeouts, ...options.timeouts }
  const client = createClient(options, timeouts)
  return { client, location, timeouts, supports: { conditionalWrites: true } }
}

function createClient({ location, credentials }: S3Options, timeouts: S3Timeouts): S3Client {
  const { endpoint, region, profile, hasPathStyle } = location
  return new S3Client({
    ...(endpoint !== undefined && { endpoint }),
    ...(region !== undefined && { region }),
    ...(profile !== undefined && { profile }),
    ...(credentials && { credentials }),
    forcePathStyle: hasPathStyle,
    maxAttempts: tries,
    requestHandler: {
      connectionTimeout: timeouts.connectMs,
      requestTimeout: timeouts.answerMs,
      throwOnRequestTimeout: true,
      socketTimeout: timeouts.stallMs,
      httpAgent: { keepAlive: true, maxSockets },
      httpsAgent: { keepAlive: true, maxSockets },
    },
    // The signature covers the body's SHA-256 already; other stores do not all know AWS's newer checksums.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  })
}

/** Throws Failure 'storage-unavailable' when it is not there, or may not be listed. */
export async function findBucket(
  { client, location: { bucket } }: Store,
  withinMs: number,
): Promise<void> {
  await withTimeout(withinMs, `bucket ${bucket}`, async abortSignal => {
    try {
      await client.send(new HeadBucketCommand({ Bucket: bucket }), { abortSignal })
    } catch (cause) {
      const detail = `bucket ${bucket}: ${reasonOf(cause) ?? messageOf(cause)}`
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

export function objectOf({ location: { bucket, prefix } }: Store, key: string) {
  checkPackKey(key)
  return { Bucket: bucket, Key: `${prefix}${key.slice(0, 2)}/${key.slice(2, 4)}/${key}.jpg` }
}

/** undefined for an object that is no pack of ours. */
export function keyOfObject({ location: { prefix } }: Store, name: string): string | undefined {
  return /^[0-9a-f]{2}\/[0-9a-f]{2}\/([0-9a-f]{32})\.jpg$/.exec(name.slice(prefix.length))?.[1]
}

/** A thousand at a time: however many packs there are, one page of names is in memory. */
export async function* listPrefix(store: Store, Prefix: string): AsyncGenerator<_Object> {
  const { bucket: Bucket } = store.location
  let ContinuationToken: string | undefined
  do {
    const command = new ListObjectsV2Command({ Bucket, Prefix, ContinuationToken })
    const page = await withTimeout(store.timeouts.writeMs, 'listing packs', abortSignal =>
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
export async function withTimeout<Answer>(
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
    throw new Failure('storage-unavailable', { detail: `${what}: ${messageOf(cause)}`, cause })
  } finally {
    clearTimeout(timer)
  }
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.message === '' ? error.name : `${error.name}, ${error.message}`
}

/** S3's own word for what is wrong. */
export function errorNameOf(error: unknown): string | undefined {
  return error instanceof Error ? error.name : undefined
}
