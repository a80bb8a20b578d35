/**
 * Traces with OpenTelemetry: a span for each request and, below it, for what it waited for. Loaded only if
 * one of its variables asks for traces. OpenTelemetry reads from its own variables where spans go, how
 * many are kept and which headers continue a trace.
 *
 * Names and attributes are its conventions (https://opentelemetry.io/docs/specs/semconv/http/http-spans/).
 * People appear only as ids.
 */
import {
  type Attributes,
  context,
  DiagLogLevel,
  diag,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api'
import {
  defaultResource,
  envDetector,
  hostDetector,
  resourceFromAttributes,
  serviceInstanceIdDetector,
} from '@opentelemetry/resources'
import { NodeSDK } from '@opentelemetry/sdk-node'
import type { Around } from '../call.ts'
import { type Answered, loggablePath, type WriteLine, withoutSecrets } from '../events.ts'
import { Failure } from '../failure.ts'
import type { RenderOne } from '../renditions/rendering.ts'
import type { PackStore } from '../storage/packs.ts'
import type { Watched } from '../storage/query-watch.ts'
import type { Fetch } from '../tokens/key-set.ts'
import type { Instruments } from './instruments.ts'

export type Traces = Readonly<{
  instruments: Instruments
  close: () => Promise<void>
}>

type TraceOptions = Readonly<{
  /** Whether the variables set the service's name. */
  isNamed: boolean
  version: string
  database: 'sqlite' | 'postgresql'
  write: WriteLine
}>

/** An unavailable collector must not delay the end. */
const closingTimeoutMs = 5_000

export function openTraces({ isNamed, version, database, write }: TraceOptions): Traces {
  const name = isNamed ? {} : { 'service.name': 'visage' }
  const sdk = new NodeSDK({
    resource: defaultResource().merge(
      resourceFromAttributes({ 'service.version': version, ...name }),
    ),
    // Without the process detector: the command line may contain the password of a database.
    resourceDetectors: [envDetector, hostDetector, serviceInstanceIdDetector],
    metricReaders: [],
    logRecordProcessors: [],
    instrumentations: [],
  })
  // After the start, which with OTEL_LOG_LEVEL would write a warning to the console.
  logOwnErrors(write)
  sdk.start()
  const tracer = trace.getTracer('visage', version)
  return {
    instruments: {
      around: traceAnswers(tracer),
      answered: describeAnswer,
      aroundPacks: packs => tracePacks(tracer, packs),
      aroundRender: render => traceRendering(tracer, render),
      aroundFetch: fetch => traceFetch(tracer, fetch),
      queried: traceQueries(tracer, database),
    },
    close: () => closeWithin(closingTimeoutMs, sdk, write),
  }
}

async function closeWithin(timeoutMs: number, sdk: NodeSDK, write: WriteLine): Promise<void> {
  const tooLate = Promise.withResolvers<never>()
  const timer = setTimeout(() => tooLate.reject(new Error('no answer')), timeoutMs)
  try {
    await Promise.race([sdk.shutdown(), tooLate.promise])
  } catch (error) {
    const why = withoutSecrets(String(error))
    write('warning', { event: 'traces', error: `the last spans were not sent: ${why}` })
  } finally {
    clearTimeout(timer)
  }
}

const errorEveryMs = 60_000
const maxErrors = 100

/**
 * OpenTelemetry's own errors: an unavailable collector, an unreadable variable. They repeat with each
 * batch of spans; once a minute is enough.
 */
function logOwnErrors(write: WriteLine, elapsed = () => performance.now()): void {
  const saidAtMs = new Map<string, number>()
  const logError = (...words: readonly unknown[]) => {
    const error = withoutSecrets(words.map(String).join(' ')).slice(0, 500)
    const before = saidAtMs.get(error)
    if (before !== undefined && elapsed() - before < errorEveryMs) return
    if (saidAtMs.size >= maxErrors) saidAtMs.clear()
    saidAtMs.set(error, elapsed())
    write('warning', { event: 'traces', error })
  }
  const ignore = () => {}
  diag.setLogger(
    { error: logError, warn: logError, info: ignore, debug: ignore, verbose: ignore },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  )
}

/** A request continues the trace in its headers; a part of a batch is below its batch. */
function traceAnswers(tracer: Tracer): Around {
  return answer => call => {
    const isPart = trace.getActiveSpan() !== undefined
    const outer = isPart ? context.active() : propagation.extract(ROOT_CONTEXT, call.headers)
    const root = URL.parse(call.origin)
    const span = tracer.startSpan(
      call.method,
      {
        kind: isPart ? SpanKind.INTERNAL : SpanKind.SERVER,
        attributes: {
          'http.request.method': call.method,
          'url.path': loggablePath(call.url),
          ...(root && {
            'url.scheme': root.protocol.slice(0, -1),
            'server.address': root.hostname,
          }),
        },
      },
      outer,
    )
    const inner = trace.setSpan(outer, span)
    return context.with(inner, () => answer(call)).finally(() => span.end())
  }
}

/** Called within the span that it describes. */
function describeAnswer({ call, route, caller, reply, ids, failure }: Answered): void {
  const span = trace.getActiveSpan()
  if (!span?.isRecording()) return
  if (route) span.updateName(`${call.method} ${route.path}`)
  span.setAttributes({
    'http.response.status_code': reply.status,
    'visage.request_id': ids.requestId,
    'visage.client_request_id': ids.clientRequestId,
    ...(route && { 'http.route': route.path, 'visage.operation': route.operation }),
    ...(caller && {
      'visage.caller.kind': caller.kind,
      'visage.caller.object_id': caller.objectId,
      'visage.caller.app_id': caller.appId,
    }),
    ...(failure instanceof Failure && { 'visage.failure': failure.code }),
  })
  // "For HTTP status codes in the 4xx range span status MUST be left unset in case of SpanKind.SERVER".
  if (reply.status >= 500) recordError(span, failure)
}

function tracePacks(tracer: Tracer, packs: PackStore): PackStore {
  const of = (key: string, bytes: number): Attributes => ({
    'visage.pack.key': key,
    'visage.pack.bytes': bytes,
  })
  return {
    ...packs,
    write: (key, bytes) =>
      inSpan(tracer, 'write pack', of(key, bytes.length), () => packs.write(key, bytes)),
    read: (key, offset, length) =>
      inSpan(tracer, 'read pack', of(key, length), () => packs.read(key, offset, length)),
    remove: key =>
      inSpan(tracer, 'remove pack', { 'visage.pack.key': key }, () => packs.remove(key)),
  }
}

function traceRendering(tracer: Tracer, render: RenderOne): RenderOne {
  return (bytes, framing, allow) => {
    const attributes = { 'visage.upload.bytes': bytes.length, 'visage.framing': framing }
    return inSpan(tracer, 'render', attributes, () => render(bytes, framing, allow))
  }
}

/** Keys of the token issuer. It gets no headers of our traces. */
function traceFetch(tracer: Tracer, fetch: Fetch): Fetch {
  return (url, init) => {
    const { hostname, origin, pathname } = new URL(url)
    const attributes = {
      'http.request.method': 'GET',
      'server.address': hostname,
      'url.full': `${origin}${pathname}`,
    }
    return inSpan(tracer, 'GET', attributes, () => fetch(url, init), SpanKind.CLIENT)
  }
}

/** Statements are reported when they are done; their texts contain placeholders, no values. */
function traceQueries(tracer: Tracer, database: string): (query: Watched) => void {
  return ({ text, durationMs, error }) => {
    if (!isRecording()) return
    const endedAtMs = performance.timeOrigin + performance.now()
    const operation = /^\w+/.exec(text)?.[0].toLowerCase() ?? 'query'
    const table = /\b(?:from|into|update) "(\w+)"/i.exec(text)?.[1]
    const span = tracer.startSpan(table === undefined ? operation : `${operation} ${table}`, {
      kind: SpanKind.CLIENT,
      startTime: endedAtMs - durationMs,
      attributes: {
        'db.system.name': database,
        'db.operation.name': operation,
        'db.query.text': text,
        ...(table !== undefined && { 'db.collection.name': table }),
      },
    })
    if (error !== undefined) recordError(span, error)
    span.end(endedAtMs)
  }
}

/** A sweep or a probe has no trace of its own, and a request that is not sampled costs little. */
function isRecording(): boolean {
  return trace.getActiveSpan()?.isRecording() === true
}

async function inSpan<Result>(
  tracer: Tracer,
  name: string,
  attributes: Attributes,
  work: () => Promise<Result>,
  kind: SpanKind = SpanKind.INTERNAL,
): Promise<Result> {
  if (!isRecording()) return await work()
  return await tracer.startActiveSpan(name, { kind, attributes }, async span => {
    try {
      return await work()
    } catch (error) {
      recordError(span, error)
      throw error
    } finally {
      span.end()
    }
  })
}

/** Only by its kind: the text of an error is for the log. */
function recordError(span: Span, error: unknown): void {
  const name = error instanceof Error ? error.name : 'unknown'
  span.setAttribute('error.type', error instanceof Failure ? error.code : name)
  span.setStatus({ code: SpanStatusCode.ERROR })
}
