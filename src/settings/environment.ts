/** What the environment says. The only file that reads it. */
import { type MoveTexts, moveSettings } from './moving.ts'
import { ConfigError, type Setting } from './setting.ts'
import { settings, type Texts } from './table.ts'

/** The settings that the environment holds; an empty variable counts as none. */
export function readEnvironment(env: NodeJS.ProcessEnv = process.env): Texts {
  refuseUnknown(env)
  return textsIn(env, settings)
}

/** As readEnvironment, of what `visage move` alone reads. */
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

/** Whether traces are wanted, and as whose. Everything else of OTEL_… OpenTelemetry reads itself. */
export type Tracing = Readonly<{ isNamed: boolean }>

/**
 * By the standard variables alone: an exporter that is named, or a place to export to. Nothing is exported
 * where nobody asked, though the specification's default exporter is otlp.
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

/** The script for which npm started this process, as it stands in package.json; its children inherit it. */
export function readNpmScript(env: NodeJS.ProcessEnv = process.env): string | undefined {
  return env.npm_lifecycle_script
}
