/** The limits of a machine divided among its workers, and the wait before a dead worker is replaced. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { waitBeforeNext } from '../../src/renditions/restart.ts'
import { shareOf } from '../../src/serving/shares.ts'
import { type Config, readConfig } from '../../src/settings/config.ts'
import type { Texts } from '../../src/settings/table.ts'

const megabyte = 1024 * 1024
const configOf = (texts: Texts) =>
  readConfig({ issuer: 'https://id.example', audience: 'visage', ...texts }, {})
const sharesOf = (config: Config) =>
  Array.from({ length: config.workers }, (_, index) => shareOf(config, index + 1))

/** The share of each worker, and settings for it. */
const cases: readonly (readonly [
  string,
  Texts,
  (config: Config) => number | string | undefined,
  readonly (number | string)[],
])[] = [
  [
    'renderers, the rest to the first',
    { renderers: '5', workers: '3' },
    ({ limits }) => limits.renderers,
    [2, 2, 1],
  ],
  [
    'at least one renderer',
    { renderers: '1', workers: '3' },
    ({ limits }) => limits.renderers,
    [1, 1, 1],
  ],
  ['places in the queue', { workers: '2' }, ({ limits }) => limits.renderQueue, [32, 32]],
  [
    'no place in a queue of none',
    { renderQueue: '0', workers: '2' },
    ({ limits }) => limits.renderQueue,
    [0, 0],
  ],
  [
    'memory for uploads',
    { workers: '2' },
    ({ limits }) => limits.uploadMemoryBytes,
    [32 * megabyte, 32 * megabyte],
  ],
  [
    'memory for one upload at least',
    { uploadMemory: String(30 * megabyte), workers: '3' },
    ({ limits }) => limits.uploadMemoryBytes,
    [24 * megabyte, 24 * megabyte, 24 * megabyte],
  ],
  [
    'memory for pictures that are decoded',
    { decodeMemory: String(1024 * megabyte), workers: '2' },
    ({ limits }) => limits.decodeMemoryBytes,
    [512 * megabyte, 512 * megabyte],
  ],
  [
    'memory for a picture as large as in one process by default, unless there is less in all',
    { decodeMemory: String(128 * megabyte), workers: '2' },
    ({ limits }) => limits.decodeMemoryBytes,
    [128 * megabyte, 128 * megabyte],
  ],
  [
    'memory for photos',
    { packCache: '101', workers: '2' },
    config => config.packCacheBytes,
    [51, 50],
  ],
  [
    'no memory for photos',
    { packCache: '0', workers: '2' },
    config => config.packCacheBytes,
    [0, 0],
  ],
  [
    'connections, two at least',
    { database: 'postgres://db.example/visage', databaseConnections: '5', workers: '3' },
    ({ database }) => database?.connections,
    [2, 2, 2],
  ],
  [
    'sweeping of the store, to the first alone',
    { workers: '3' },
    ({ limits }) => limits.sweeps,
    ['store and memory', 'memory', 'memory'],
  ],
  [
    'sweeping of their memory',
    { sweepEvery: '60', workers: '3' },
    ({ limits }) => limits.sweepEveryMs,
    [60_000, 60_000, 60_000],
  ],
  [
    'the whole limit of throttling',
    { throttle: 'concurrent=4', workers: '2' },
    ({ throttle }) => throttle?.concurrent,
    [4, 4],
  ],
]

for (const [what, texts, read, expected] of cases) {
  test(`workers get ${what}`, () => {
    assert.deepEqual(sharesOf(configOf(texts)).map(read), expected)
  })
}

test('the first that dies is followed at once, those that die of their start later and later', () => {
  const waits = [1, 2, 3, 4, 5, 6, 7, 8, 20, 2000].map(waitBeforeNext)
  assert.deepEqual(waits, [0, 250, 500, 1000, 2000, 4000, 8000, 10_000, 10_000, 10_000])
})
