/**
 * The connection to an S3 store: timeouts and attempts, the object names of packs, and the
 * translation of its errors.
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
import { createDirectReads, type DirectReads, routeOf } from './s3-direct.ts'

export type S3Options = Readonly<{
  location: S3Location
  /**
   * Default: the credential chain of AWS (environment, shared files, web identity, container,
   * instance).
   */
  credentials?: Readonly<{ accessKeyId: string; secretAccessKey: string }>
  timeouts?: Partial<S3Timeouts>
}>

/** In milliseconds. */
type S3Timeouts = Readonly<{
  /** Connecting takes 1 ms inside a data centre; a lost packet is sent again after a second. */
  connectMs: number
  /** From the request to the head of the response, for each attempt. */
  answerMs: number
  /** Between two chunks of a body. */
  stallMs: number
  /** For a read or a removal with all attempts; a person may be waiting. */
  readMs: number
  /** For a write with all attempts: the store copies up to 1 MB to three disks. */
  writeMs: number
  /** For the check that the bucket exists, with all attempts. */
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
 * A retry helps when one of several gateways restarts, or an idle connection was closed. More than
 * two retries make an outage worse. The client waits 50 to 100 ms before the first retry and twice
 * as long before the second, with jitter.
 */
const tries = 3

/** More concurrent requests wait. */
const maxSockets = 64

export type Store = Readonly<{
  client: S3Client
  location: S3Location
  timeouts: S3Timeouts
  direct: DirectReads
  /** Set to false by the first write that the store refuses with 501. */
  supports: { conditionalWrites: boolean }
}>

/** Sends no request; findBucket does. */
export function openStore(options: S3Options): Store {
  const { location } = options
  const timeouts = { ...defaultTimeouts, ...options.timeouts }
  const client = createClient(options, timeouts)
  const direct = createDirectReads(client.config, timeouts, maxSockets)
  return { client, location, timeouts, direct, supports: { conditionalWrites: true } }
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
    // The signature covers the SHA-256 of the body. Some other stores do not support AWS's newer
    // checksums.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  })
}

/** Throws Failure 'storage-unavailable' when the bucket does not exist or may not be listed. */
export async function findBucket(
  { client, direct, location: { bucket } }: Store,
  withinMs: number,
): Promise<void> {
  await withTimeout(withinMs, `bucket ${bucket}`, async abortSignal => {
    const command = new HeadBucketCommand({ Bucket: bucket })
    let signed: unknown
    command.middlewareStack.add(
      next => async given => {
        signed = given.request
        return await next(given)
      },
      { step: 'deserialize', priority: 'low' },
    )
    try {
      await client.send(command, { abortSignal })
      direct.learn(routeOf(signed))
    } catch (cause) {
      const detail = `bucket ${bucket}: ${reasonOf(cause) ?? messageOf(cause)}`
      throw new Failure('storage-unavailable', { detail, cause })
    }
  })
}

/** A response to HEAD has no body, so S3's error code is missing. */
const reasons: Readonly<Record<number, string>> = {
  301: 'it is in another region, or has another endpoint (301)',
  400: 'the request is refused (400): the region may be wrong, or the session of the keys has expired',
  403: 'the keys are not accepted, lack s3:ListBucket, or the clock is wrong (403)',
  404: 'the bucket does not exist (404)',
}

function reasonOf(error: unknown): string | undefined {
  if (!(error instanceof S3ServiceException)) return undefined
  const { $metadata, $response } = error
  const region: unknown = $response?.headers['x-amz-bucket-region']
  const status = $metadata.httpStatusCode
  const reason = status === undefined ? undefined : (reasons[status] ?? `it answers ${status}`)
  return typeof region === 'string' ? `${reason}; it is in the region ${region}` : reason
}

export function objectOf({ location: { bucket, prefix } }: Pick<Store, 'location'>, key: string) {
  checkPackKey(key)
  return { Bucket: bucket, Key: `${prefix}${key.slice(0, 2)}/${key.slice(2, 4)}/${key}.jpg` }
}

/** undefined for an object that is not a pack. */
export function keyOfObject({ location: { prefix } }: Store, name: string): string | undefined {
  return /^[0-9a-f]{2}\/[0-9a-f]{2}\/([0-9a-f]{32})\.jpg$/.exec(name.slice(prefix.length))?.[1]
}

/** Reads pages of a thousand names, so that only one page is in memory. */
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
 * Runs `work` with a time limit. Throws Failure 'storage-unavailable' for any error. The timer is
 * cleared with the answer; AbortSignal.timeout would keep every picture in memory until it expires.
 */
export async function withTimeout<Answer>(
  withinMs: number,
  what: string,
  work: (abortSignal: AbortSignal) => Promise<Answer>,
): Promise<Answer> {
  const timedOut = Promise.withResolvers<never>()
  const controller = new AbortController()
  const timer = setTimeout(() => {
    const reason = new DOMException(`no answer within ${withinMs} ms`, 'TimeoutError')
    controller.abort(reason)
    timedOut.reject(reason)
  }, withinMs)
  try {
    return await Promise.race([work(controller.signal), timedOut.promise])
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

/** The error code of S3. */
export function errorNameOf(error: unknown): string | undefined {
  return error instanceof Error ? error.name : undefined
}
