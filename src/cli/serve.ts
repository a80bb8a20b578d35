/**
 * `visage serve`: the server for production. Every setting comes from a flag or the environment; a
 * wrong or missing one ends the start with a message that names it.
 */
import { type Config, readConfig, readEnvironment, type Texts } from '../config.ts'
import type { WriteLine } from '../events.ts'
import type { RunningServer } from '../server.ts'
import { explainStart, jsonLines, type Terminal } from './terminal.ts'
import type { Workers } from './workers.ts'

/** Of one process or several. */
export type Serving = Pick<RunningServer, 'origin' | 'close'> & Partial<Pick<Workers, 'pids'>>

export async function serve(
  flags: Texts,
  terminal: Terminal,
  environment: Texts = readEnvironment(),
): Promise<Serving> {
  const config = readConfig(flags, environment)
  const write = jsonLines(terminal, Date.now)
  const server = await start(config, write)
  write('info', {
    event: 'listening',
    origin: server.origin,
    trust: describeTrust(config),
    ...(server.pids && { workers: config.workers, pids: server.pids }),
  })
  return server
}

/** In this process, or in several that are this one's. */
async function start(config: Config, write: WriteLine): Promise<Serving> {
  if (config.workers === 1) return await startServing(config, write)
  const { startWorkers } = await import('./workers.ts')
  return await startWorkers(config, write)
}

/** Serves in this process. What it loads, a primary does without. */
export async function startServing(config: Config, write: WriteLine): Promise<RunningServer> {
  const { startServer } = await import('../server.ts')
  try {
    return await startServer({
      ...config,
      identity: () => ({ trust: config.trust, fetch: (url, init) => fetch(url, init) }),
      write,
    })
  } catch (error) {
    throw explainStart(error, config.port, '--port or VISAGE_PORT')
  }
}

function describeTrust({ trust }: Config): string {
  if (trust.kind === 'oidc') return trust.issuers.map(({ issuer }) => issuer).join(', ')
  const tenants = trust.tenants === 'any' ? 'any tenant' : trust.tenants.join(', ')
  return `Entra ID of the ${trust.cloud} cloud: ${tenants}`
}
