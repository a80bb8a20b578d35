/** The form of a setting, and the error for a wrong one. table.ts lists the settings. */

/** A setting that is missing, unreadable or contradicts another; the message names it. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

export type Setting = Readonly<{
  env: string
  flag: string
  /** The form of a value, for help and documentation. */
  value: string
  default: string
  meaning: string
}>

export function setting(name: string, value: string, meaning: string, standard = ''): Setting {
  const flag = `--${name.toLowerCase().replaceAll('_', '-')}`
  return { env: `VISAGE_${name}`, flag, value, default: standard, meaning }
}

export function nameOf({ env, flag }: Setting): string {
  return `${env} (${flag})`
}
