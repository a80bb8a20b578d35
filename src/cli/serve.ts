/**
 * `visage serve`: the server for production. Every setting comes from a flag or the environment; a
 * wrong or missing one ends the start with a message that names it.
 */
import { portSetting, type Serving, startProduction } from '../serving/serve.ts'
import { readConfig, readEnvironment, readTracing, type Texts } from '../settings/config.ts'
import { expectPort } from './expect-port.ts'

export async function serve(flags: Texts): Promise<Serving> {
  const config = readConfig(flags, readEnvironment())
  await expectPort(config, portSetting)
  return await startProduction(config, readTracing())
}
