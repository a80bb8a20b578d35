/**
 * `visage serve` as a function: one process or several, with log, metrics, certificate renewal and an orderly end.
 */

import { createEvents, type WriteLine } from '../events.ts'
import { openLog } from '../monitoring/log.ts'
import type { Metrics } from '../monitoring/metrics.ts'
import type { Exposed, MetricsListener } from '../monitoring/metrics-listener.ts'
import { buildPageBehind } from '../pages/build-behind.ts'
import { readCertificate } from '../settings/certificate.ts'
import type { Config } from '../settings/config.ts'
import type { Tracing } from '../settings/environment.ts'
import { readVersion } from '../version.ts'
import { type CertificateWatch, watchCertificate } from './certificate-watch.ts'
import { letHeapDouble } from './heap-room.ts'
import type { WorkerSet } from './options.ts'
import type { RunningServer } from './server.ts'
import { explainStart, StartError } from './start-error.ts'
import type { Workers } from './workers.ts'

/** The flag and variable of the port, for messages. */
export const portSetting = '--port or VISAGE_PORT'

/** One process, or several with their `pids`. */
export type Serving = Pick<RunningServer, 'origin' | 'close'> &
  Pick<Workers, 'useCertificate'> &
  Partial<Pick<Workers, 'pids'>>

export async function startProduction(
  config: Config,
  tracing: Tracing | undefined,
): Promise<Serving> {
  const write = logOf(config)
  let certificate: CertificateWatch | undefined
  const onHangUp = () => certificate?.renew() ?? write('info', { event: 'nothing-to-reload' })
  process.on('SIGHUP', onHangUp)
  const { server, exposed } = await start(config, write, tracing)
  certificate = watchOwnCertificate(config, server, write)
  const metrics = await exposeMetrics(config, exposed, server)
  write('info', {
    event: 'listening',
    origin: server.origin,
    version: readVersion(),
    trust: describeTrust(config),
    page: describePage(config),
    ...(server.pids && { workers: config.workers, pids: server.pids }),
    ...(metrics && { metrics: `${metrics.origin}/metrics` }),
    ...(tracing && { traces: true }),
  })
  const page = config.page && buildPageBehind(problem => write('error', { event: 'page', problem }))
  const close = async () => {
    await page?.end()
    certificate?.end()
    await closeInOrder(server, metrics, write)
    process.off('SIGHUP', onHangUp)
  }
  return { ...server, close }
}

/** The paths come from the settings; the files may be replaced. */
function watchOwnCertificate(
  { tls }: Config,
  { useCertificate }: Serving,
  write: WriteLine,
): CertificateWatch | undefined {
  if (tls === undefined) return undefined
  const load = () => readCertificate(tls.files)
  return watchCertificate({ current: tls, load, use: useCertificate, write })
}

/** To standard error. An uncaught error is logged before Node.js prints it. */
export function logOf({ logLevel }: Config, fields?: Readonly<{ worker: number }>): WriteLine {
  const write = openLog({ level: logLevel, to: 2, with: fields })
  const { troubled } = createEvents(write)
  process.on('uncaughtExceptionMonitor', error => troubled('running; the process ends', error))
  return write
}

type Started = Readonly<{ server: Serving; exposed: Exposed | undefined }>

/** In this process, or in child processes. */
async function start(
  config: Config,
  write: WriteLine,
  tracing: Tracing | undefined,
): Promise<Started> {
  if (config.workers > 1) return await startWorkerSet(config, write)
  const server = await startServing(config, write, tracing)
  const { registry } = server.metrics ?? {}
  const exposed = registry && {
    numbers: () => registry.metrics(),
    contentType: registry.contentType,
    look: server.readiness.look,
  }
  return { server, exposed }
}

async function startWorkerSet(config: Config, write: WriteLine): Promise<Started> {
  const { startWorkers } = await import('./workers.ts')
  const server = await startWorkers(config, write)
  if (config.metrics === undefined) return { server, exposed: undefined }
  const { gatherFromWorkers } = await import('../monitoring/worker-numbers.ts')
  return { server, exposed: gatherFromWorkers(server.current) }
}

/** Serves in this process. Its modules are imported here, because a primary does not need them. */
export async function startServing(
  config: Config,
  write: WriteLine,
  traces: Tracing | undefined,
  workerSet?: WorkerSet,
): Promise<RunningServer & { metrics: Metrics | undefined }> {
  letHeapDouble()
  const { openMonitoring } = await import('../monitoring/open.ts')
  const { startServer } = await import('./server.ts')
  const wanted = {
    metrics: config.metrics !== undefined,
    traces,
    version: readVersion(),
    database: config.database ? 'postgresql' : 'sqlite',
  } as const
  const { instruments, metrics, close } = await openMonitoring(wanted, write)
  try {
    const server = await startServer({
      host: config.host,
      port: config.port,
      tls: config.tls,
      baseUrl: config.baseUrl,
      data: config.data,
      database: config.database,
      packs: config.packs,
      packCacheBytes: config.packCacheBytes,
      packCacheFolder: config.packCacheFolder,
      strictContentType: config.strictContentType,
      isReadOnly: config.isReadOnly,
      signIn: config.signIn,
      linkBy: config.linkBy,
      leavers: config.leavers,
      scim: config.scim,
      throttle: config.throttle,
      limits: config.limits,
      logLevel: config.logLevel,
      drainMs: config.drainMs,
      identity: origin => ({
        trust: config.trust,
        fetch: (url, init) => fetch(url, init),
        page: config.page && {
          mode: 'serve',
          clientId: config.page.clientId,
          origin,
          missing: 'being built',
        },
      }),
      instruments,
      workerSet,
      write,
    })
    server.startRenderers()
    return { ...server, metrics, close: () => server.close().finally(close) }
  } catch (error) {
    throw explainStart(error, config.port, portSetting)
  }
}

async function exposeMetrics(
  { metrics: at }: Config,
  exposed: Exposed | undefined,
  server: Serving,
): Promise<MetricsListener | undefined> {
  if (at === undefined || exposed === undefined) return undefined
  const { listenForMetrics } = await import('../monitoring/metrics-listener.ts')
  try {
    return await listenForMetrics(at, { ...exposed, version: readVersion() })
  } catch (error) {
    await server.close()
    const code = error instanceof Error && 'code' in error ? error.code : error
    throw new StartError(
      `VISAGE_METRICS (--metrics): ${at.host}:${at.port} cannot be listened on (${code}).`,
    )
  }
}

/** Metrics and probes answer until the last request is answered. */
async function closeInOrder(
  server: Serving,
  metrics: MetricsListener | undefined,
  write: WriteLine,
): Promise<void> {
  write('info', { event: 'ending' })
  await server.close()
  await metrics?.close()
  write('info', { event: 'ended' })
}

function describePage({ page }: Config): string {
  if (page === undefined) return 'off'
  return page.clientId === undefined ? 'nobody can sign in: VISAGE_PAGE_CLIENT_ID is not set' : 'on'
}

function describeTrust({ trust }: Config): string {
  if (trust.kind === 'oidc') return trust.issuers.map(({ issuer }) => issuer).join(', ')
  const tenants = trust.tenants === 'any' ? 'any tenant' : trust.tenants.join(', ')
  return `Entra ID of the ${trust.cloud} cloud: ${tenants}`
}
