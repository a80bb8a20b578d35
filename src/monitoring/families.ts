/**
 * Table: every metric of our own, with its name, type, labels and meaning; docs/operating.md is generated
 * from it. Names and units are Prometheus' (https://prometheus.io/docs/practices/naming/). It counts nothing.
 *
 * Every label has few values, and none that a caller chooses: operations of the route table, status
 * numbers, our own words. A path or an id would make as many series as there are people.
 */

export type Family = Readonly<{
  name: string
  type: 'counter' | 'gauge' | 'histogram'
  labels: readonly string[]
  meaning: string
  /** Upper bounds, in seconds. */
  buckets?: readonly number[]
  /** Of several workers: their sum, unless it says otherwise. */
  ofWorkers?: 'max'
}>

const quick = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]
const slow = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

export const families = {
  processes: {
    name: 'visage_processes',
    type: 'gauge',
    labels: [],
    meaning: 'Processes whose numbers these are: with `VISAGE_WORKERS`, the workers that answered.',
  },
  requests: {
    name: 'visage_http_requests_total',
    type: 'counter',
    labels: ['operation', 'status'],
    meaning:
      'Answers. `operation`: `updatePhoto`, `getPhotoValue`…, `batch`, `describe`, or `none` where the address or method led to nothing. The parts of a batch count one by one, and the batch as well. Probes, preflights of browsers and what is no HTTP are not counted.',
  },
  requestSeconds: {
    name: 'visage_http_request_duration_seconds',
    type: 'histogram',
    labels: ['operation'],
    meaning: 'From a request understood to its answer ready, the reading of its body included.',
    buckets: quick,
  },
  photoChanges: {
    name: 'visage_photo_changes_total',
    type: 'counter',
    labels: ['change'],
    meaning: 'Photos `replaced` (set, too) and `removed`; the same bytes again are no change.',
  },
  bodyBytes: {
    name: 'visage_request_body_bytes',
    type: 'gauge',
    labels: [],
    meaning: 'Bytes of request bodies in memory, of the `VISAGE_UPLOAD_MEMORY` there may be.',
  },
  bodiesRefused: {
    name: 'visage_request_bodies_refused_total',
    type: 'counter',
    labels: [],
    meaning: 'Bodies that found no memory left; their senders were answered 503.',
  },
  rendersRunning: {
    name: 'visage_renders_running',
    type: 'gauge',
    labels: [],
    meaning: 'Pictures being rendered, of the `VISAGE_RENDERERS` there may be.',
  },
  rendersWaiting: {
    name: 'visage_renders_waiting',
    type: 'gauge',
    labels: [],
    meaning: 'Pictures waiting for a renderer, of the `VISAGE_RENDER_QUEUE` there may be.',
  },
  rendersFinished: {
    name: 'visage_renders_finished_total',
    type: 'counter',
    labels: [],
    meaning: 'Pictures that left their renderer, rendered or found unfit.',
  },
  rendersRefused: {
    name: 'visage_renders_refused_total',
    type: 'counter',
    labels: [],
    meaning: 'Pictures that found the queue full; their senders were answered 503.',
  },
  renderSeconds: {
    name: 'visage_render_duration_seconds',
    type: 'histogram',
    labels: ['outcome'],
    meaning:
      'Rendering one picture in all its sizes, without the waiting. `outcome`: `rendered`, `refused` (the picture is at fault), `failed`.',
    buckets: slow,
  },
  renditions: {
    name: 'visage_renditions_total',
    type: 'counter',
    labels: [],
    meaning: 'Renditions made: the sizes of all pictures together.',
  },
  packSeconds: {
    name: 'visage_pack_operation_duration_seconds',
    type: 'histogram',
    labels: ['kind', 'outcome'],
    meaning:
      'What the medium of the packs was asked, below the cache. `kind`: `read`, `write`, `remove`, `check`. `outcome`: `ok`, `missing` (no such pack), `unavailable`, `failed`.',
    buckets: quick,
  },
  cacheHits: {
    name: 'visage_pack_cache_hits_total',
    type: 'counter',
    labels: [],
    meaning: 'With `VISAGE_PACKS`: reads answered from memory.',
  },
  cacheMisses: {
    name: 'visage_pack_cache_misses_total',
    type: 'counter',
    labels: [],
    meaning: 'With `VISAGE_PACKS`: reads that were not.',
  },
  cacheBytes: {
    name: 'visage_pack_cache_bytes',
    type: 'gauge',
    labels: [],
    meaning: 'With `VISAGE_PACKS`: bytes kept in memory, of the `VISAGE_PACK_CACHE` there may be.',
  },
  connections: {
    name: 'visage_database_connections',
    type: 'gauge',
    labels: [],
    meaning:
      'With `VISAGE_DATABASE`: connections, of the `VISAGE_DATABASE_CONNECTIONS` there may be.',
  },
  connectionsIdle: {
    name: 'visage_database_connections_idle',
    type: 'gauge',
    labels: [],
    meaning: 'With `VISAGE_DATABASE`: those of them that nobody uses.',
  },
  connectionsAwaited: {
    name: 'visage_database_requests_waiting',
    type: 'gauge',
    labels: [],
    meaning: 'With `VISAGE_DATABASE`: requests that wait for a connection.',
  },
  queries: {
    name: 'visage_database_queries_total',
    type: 'counter',
    labels: ['outcome'],
    meaning:
      'Statements sent to the database. `outcome`: `ok`; `unavailable` where the database could not serve; `failed` for a constraint or a bug.',
  },
  sweeps: {
    name: 'visage_sweeps_total',
    type: 'counter',
    labels: [],
    meaning: 'Sweeps that this process finished.',
  },
  sweptPacks: {
    name: 'visage_swept_packs_total',
    type: 'counter',
    labels: ['why'],
    meaning:
      'Packs that sweeps removed. `why`: `retired` (replaced or removed), `orphan`, `leftover` (an interrupted write).',
  },
  lastSweep: {
    name: 'visage_last_sweep_timestamp_seconds',
    type: 'gauge',
    labels: [],
    meaning:
      'When this process last finished a sweep, in seconds since 1970; 0 before. Where several share the stores, one of them sweeps: look at the latest.',
    ofWorkers: 'max',
  },
} as const satisfies Record<string, Family>

export type FamilyName = keyof typeof families
