/** Reads settings from the environment. No other file reads it. */
import { type MoveTexts, moveSettings } from './moving.ts'
import { ConfigError, type Setting } from './setting.ts'
import { settings, type Texts } from './table.ts'

/** An empty variable counts as not set. */
export function readEnvironment(env: NodeJS.ProcessEnv = process.env): Texts {
  refuseUnknown(env)
  return textsIn(env, settings)
}

/** As readEnvironment, for the settings of `visage move`. */
export function readMoveEnvironment(env: NodeJS.ProcessEnv = process.env): MoveTexts {
  refuseUnknown(env)
  return textsIn(env, moveSettings)
}

function refuseUnknown(env: NodeJS.ProcessEnv): void {
  const all = [...Object.values(settings), ...Object.values(moveSettings)]
  const known = new Set<string>(all.map(({ env }) => env))
  const unknown = Object.keys(env).filter(name => name.startsWith('VISAGE_') && !known.has(name))
  if (unknown.length === 0) return
  throw new ConfigError(
    `${unknown.join(', ')}: there is no such setting. \`visage serve --help\` lists them.`,
  )
}

function textsIn(
  env: NodeJS.ProcessEnv,
  table: Readonly<Record<string, Setting>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(table).flatMap(([name, setting]) => {
      const text = env[setting.env]
      return text ? [[name, text] as const] : []
    }),
  )
}

/** `isNamed`: the service has a name. OpenTelemetry itself reads all other OTEL_… variables. */
export type Tracing = Readonly<{ isNamed: boolean }>

/**
 * Traces are on if a standard variable names an exporter or an endpoint, and off otherwise, although the
 * specification's default exporter is otlp.
 * https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
 */
export function readTracing(env: NodeJS.ProcessEnv = process.env): Tracing | undefined {
  if (env.OTEL_SDK_DISABLED?.trim().toLowerCase() === 'true') return undefined
  const exporter = env.OTEL_TRACES_EXPORTER?.trim()
  const place = env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT || env.OTEL_EXPORTER_OTLP_ENDPOINT
  if (exporter === 'none' || !(exporter || place?.trim())) return undefined
  const attributes = env.OTEL_RESOURCE_ATTRIBUTES ?? ''
  return { isNamed: Boolean(env.OTEL_SERVICE_NAME) || /(^|,)\s*service\.name=/.test(attributes) }
}

/** The script in package.json for which npm started this process; child processes inherit it. */
export function readNpmScript(env: NodeJS.ProcessEnv = process.env): string | undefined {
  return env.npm_lifecycle_script
}
