/**
 * `visage serve`: the server for production. Every setting comes from a flag or the environment; a
 * wrong or missing one ends the start with a message that names it.
 */
import { type Config, readConfig, readEnvironment, type Texts } from '../config.ts'
import { type RunningServer, startServer } from '../server.ts'
import { explainStart, jsonLines, type Terminal } from './terminal.ts'

export async function serve(
  flags: Texts,
  terminal: Terminal,
  environment: Texts = readEnvironment(),
): Promise<RunningServer> {
  const config = readConfig(flags, environment)
  const write = jsonLines(terminal, Date.now)
  const server = await start(config, write)
  write('info', { event: 'listening', origin: server.origin, trust: describeTrust(config) })
  return server
}

async function start(config: Config, write: ReturnType<typeof jsonLines>): Promise<RunningServer> {
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
