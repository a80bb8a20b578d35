/**
 * `visage serve`: the server for production. Every setting comes from a flag or the environment; a wrong
 * or missing one ends the start with a message that names it.
 */
import { portSetting, type Serving, startProduction } from '../serving/serve.ts'
import { readConfig } from '../settings/config.ts'
import { readEnvironment, readTracing } from '../settings/environment.ts'
import type { Texts } from '../settings/table.ts'
import { expectPort } from './expect-port.ts'

export async function serve(flags: Texts): Promise<Serving> {
  const config = readConfig(flags, readEnvironment())
  await expectPort(config, portSetting)
  return await startProduction(config, readTracing())
}
