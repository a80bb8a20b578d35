/**
 * Opens the metrics and traces that the settings turn on; nothing else is loaded.
 */
import type { WriteLine } from '../events.ts'
import type { Instruments } from './instruments.ts'
import type { Metrics } from './metrics.ts'

type Monitoring = Readonly<{
  instruments: readonly Instruments[]
  metrics: Metrics | undefined
  /** After the last request; sends what is not sent yet. */
  close: () => Promise<void>
}>

type Wanted = Readonly<{
  metrics: boolean
  traces: Readonly<{ isNamed: boolean }> | undefined
  version: string
  database: 'sqlite' | 'postgresql'
}>

export async function openMonitoring(wanted: Wanted, write: WriteLine): Promise<Monitoring> {
  const metrics = wanted.metrics
    ? (await import('./metrics.ts')).createMetrics(wanted.version)
    : undefined
  const traces = wanted.traces && (await loadTraces(wanted, wanted.traces.isNamed, write))
  return {
    // Traces outermost: they set the context that everything below is in.
    instruments: [traces?.instruments, metrics?.instruments].filter(one => one !== undefined),
    metrics,
    close: async () => await traces?.close(),
  }
}

async function loadTraces({ version, database }: Wanted, isNamed: boolean, write: WriteLine) {
  const { openTraces } = await import('./traces.ts')
  return openTraces({ isNamed, version, database, write })
}
