/**
 * Table: every metric of our own, with name, type, labels and meaning; docs/operating.md is generated from
 * it. Names and units follow Prometheus (https://prometheus.io/docs/practices/naming/).
 *
 * Every label has few values, and none that a caller chooses: operations, status numbers, our own words, and sources. A
 * path or an id would make as many series as there are people.
 */

export type Family = Readonly<{
  name: string
  type: 'counter' | 'gauge' | 'histogram'
  labels: readonly string[]
  meaning: string
  /** Upper bounds, in seconds. */
  buckets?: readonly number[]
  /** Over several workers: their sum, unless said otherwise. */
  ofWorkers?: 'max' | 'first'
  /** Stays true after its worker has ended. */
  lasts?: true
}>

const quick = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]
const slow = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

export const families = {
  build: {
    name: 'visage_build_info',
    type: 'gauge',
    labels: ['version'],
    meaning: 'Always 1. `version`: the version of Visage.',
    ofWorkers: 'first',
  },
  processes: {
    name: 'visage_processes',
    type: 'gauge',
    labels: [],
    meaning: 'Processes behind these numbers: with `VISAGE_WORKERS`, the workers that answered.',
  },
  requests: {
    name: 'visage_http_requests_total',
    type: 'counter',
    labels: ['operation', 'status'],
    meaning:
      'Answers. `operation`: `updatePhoto`, `getPhotoValue`…, `batch`, `describe`, or `none` where no operation has this address and method. Each part of a batch counts, and so does the batch. Probes, the page, browser preflights and what is not HTTP do not.',
  },
  requestSeconds: {
    name: 'visage_http_request_duration_seconds',
    type: 'histogram',
    labels: ['operation'],
    meaning: 'Time from the parsed head of a request to its answer, including reading the body.',
    buckets: quick,
  },
  photoChanges: {
    name: 'visage_photo_changes_total',
    type: 'counter',
    labels: ['change'],
    meaning:
      'Photos `replaced` (or set for the first time) and `removed`; setting the same bytes again is no change.',
  },
  bodyBytes: {
    name: 'visage_request_body_bytes',
    type: 'gauge',
    labels: [],
    meaning: 'Bytes of request bodies in memory; `VISAGE_UPLOAD_MEMORY` is the limit.',
  },
  bodiesRefused: {
    name: 'visage_request_bodies_refused_total',
    type: 'counter',
    labels: [],
    meaning: 'Request bodies refused with 503 because that limit was reached.',
  },
  rendersRunning: {
    name: 'visage_renders_running',
    type: 'gauge',
    labels: [],
    meaning: 'Pictures being rendered; `VISAGE_RENDERERS` is the limit.',
  },
  rendersWaiting: {
    name: 'visage_renders_waiting',
    type: 'gauge',
    labels: [],
    meaning: 'Pictures waiting for a renderer; `VISAGE_RENDER_QUEUE` is the limit.',
  },
  rendersFinished: {
    name: 'visage_renders_finished_total',
    type: 'counter',
    labels: [],
    meaning: 'Pictures that a renderer has finished with, whether rendered or refused.',
  },
  rendersRefused: {
    name: 'visage_renders_refused_total',
    type: 'counter',
    labels: [],
    meaning: 'Pictures refused with 503 because the queue was full.',
  },
  renderSeconds: {
    name: 'visage_render_duration_seconds',
    type: 'histogram',
    labels: ['outcome'],
    meaning:
      'Time to render one picture in all its sizes, without waiting. `outcome`: `rendered`, `refused` (the picture is at fault), `postponed` (it waits for memory), `failed`.',
    buckets: slow,
  },
  decodeBytes: {
    name: 'visage_decode_memory_bytes',
    type: 'gauge',
    labels: [],
    meaning:
      'Bytes that pictures being decoded may take, beyond 32 MB for each; `VISAGE_DECODE_MEMORY` is the limit.',
  },
  renderers: {
    name: 'visage_renderers',
    type: 'gauge',
    labels: [],
    meaning: 'Renderer processes that are ready or at work.',
  },
  renderersStarted: {
    name: 'visage_renderers_started_total',
    type: 'counter',
    labels: [],
    meaning: 'Renderer processes started.',
  },
  renderersKilled: {
    name: 'visage_renderers_killed_total',
    type: 'counter',
    labels: [],
    meaning:
      'Renderer processes killed because a picture took longer than `VISAGE_RENDER_TIMEOUT`.',
  },
  renderersDied: {
    name: 'visage_renderers_died_total',
    type: 'counter',
    labels: [],
    meaning:
      'Renderer processes that ended otherwise: a decoder crashed, or another program killed them.',
  },
  renditions: {
    name: 'visage_renditions_total',
    type: 'counter',
    labels: [],
    meaning: 'Renditions made, counting each size of each picture.',
  },
  packSeconds: {
    name: 'visage_pack_operation_duration_seconds',
    type: 'histogram',
    labels: ['kind', 'outcome'],
    meaning:
      'Operations on the folder or the bucket of the packs, below the cache. `kind`: `read`, `write`, `remove`, `check`. `outcome`: `ok`, `missing` (no such pack), `unavailable`, `failed`.',
    buckets: quick,
  },
  cacheHits: {
    name: 'visage_pack_cache_hits_total',
    type: 'counter',
    labels: [],
    meaning: 'With `VISAGE_PACKS`: reads served from memory.',
  },
  cacheMisses: {
    name: 'visage_pack_cache_misses_total',
    type: 'counter',
    labels: [],
    meaning: 'With `VISAGE_PACKS`: reads that were not in memory.',
  },
  cacheBytes: {
    name: 'visage_pack_cache_bytes',
    type: 'gauge',
    labels: [],
    meaning: 'With `VISAGE_PACKS`: bytes kept in memory; `VISAGE_PACK_CACHE` is the limit.',
  },
  folderHits: {
    name: 'visage_pack_cache_folder_hits_total',
    type: 'counter',
    labels: [],
    meaning: 'With `VISAGE_PACK_CACHE_FOLDER`: reads served from that folder.',
  },
  folderMisses: {
    name: 'visage_pack_cache_folder_misses_total',
    type: 'counter',
    labels: [],
    meaning:
      'With `VISAGE_PACK_CACHE_FOLDER`: reads that were neither in memory nor in that folder.',
  },
  connections: {
    name: 'visage_database_connections',
    type: 'gauge',
    labels: [],
    meaning:
      'With `VISAGE_DATABASE`: open connections; `VISAGE_DATABASE_CONNECTIONS` is the limit.',
  },
  connectionsIdle: {
    name: 'visage_database_connections_idle',
    type: 'gauge',
    labels: [],
    meaning: 'With `VISAGE_DATABASE`: open connections not in use.',
  },
  connectionsAwaited: {
    name: 'visage_database_requests_waiting',
    type: 'gauge',
    labels: [],
    meaning: 'With `VISAGE_DATABASE`: requests waiting for a connection.',
  },
  unavailableIssuers: {
    name: 'visage_issuers_unavailable',
    type: 'gauge',
    labels: [],
    meaning:
      'Token issuers in the settings whose keys could not be fetched at the last attempt; with several workers, the highest count of one worker.',
    ofWorkers: 'max',
  },
  queries: {
    name: 'visage_database_queries_total',
    type: 'counter',
    labels: ['outcome'],
    meaning:
      'Statements sent to the database. `outcome`: `ok`; `unavailable` if the database could not serve; `failed` for a violated constraint or a bug.',
  },
  sweeps: {
    name: 'visage_sweeps_total',
    type: 'counter',
    labels: [],
    meaning: 'Sweeps finished by this process.',
  },
  sweptPacks: {
    name: 'visage_swept_packs_total',
    type: 'counter',
    labels: ['why'],
    meaning:
      'Packs removed by sweeps. `why`: `retired` (replaced or removed), `orphan`, `leftover` (an interrupted write).',
  },
  lastSweep: {
    name: 'visage_last_sweep_timestamp_seconds',
    type: 'gauge',
    labels: [],
    meaning:
      'When this process last finished a sweep, in seconds since 1970; 0 if it has not yet. When several processes share the stores, one of them sweeps: use the latest.',
    ofWorkers: 'max',
    lasts: true,
  },
  sourceSuccess: {
    name: 'visage_source_last_success_timestamp_seconds',
    type: 'gauge',
    labels: ['source'],
    meaning:
      'When a whole run of a source of people and groups last succeeded, in seconds since 1970; of several tenants, the oldest. `source`: `import:NAME`. Every process shows what the database has, at most 10 minutes old.',
    ofWorkers: 'max',
  },
  removalsWaiting: {
    name: 'visage_removals_waiting',
    type: 'gauge',
    labels: ['source'],
    meaning:
      'People whom a source has removed and who are not erased before `visage people confirm-removals`, because they were more than 20 % and more than 20 within a day.',
    ofWorkers: 'max',
  },
  scimPhotos: {
    name: 'visage_scim_photos_total',
    type: 'counter',
    labels: ['outcome'],
    meaning:
      'Photos that came with people over SCIM. `outcome`: `set`; `unchanged` (the same bytes); `kept` (the person has a photo that a sender may not replace); `ignored` (no data URL, and no address of `VISAGE_SCIM_PHOTO_HOSTS`); `refused` (the picture or its host is at fault); `failed` (it did not arrive in time, or Visage could not serve).',
  },
  scimTokenExpiry: {
    name: 'visage_scim_token_expiry_timestamp_seconds',
    type: 'gauge',
    labels: ['source'],
    meaning:
      'When the first token of a source expires (`visage scim-token list`), in seconds since 1970. `source`: `scim:NAME`. Tokens that have expired count until they are revoked; tokens without an expiry do not.',
    ofWorkers: 'max',
  },
} as const satisfies Record<string, Family>

export type FamilyName = keyof typeof families
