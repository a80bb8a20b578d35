/** A setting as a flag of a command. */
import { Option } from 'commander'
import { type SettingName, settings } from '../settings/table.ts'

export function optionOf(name: SettingName): Option {
  const { flag, value, default: standard, meaning, env } = settings[name]
  const description = `${meaning}${standard === '' ? '' : ` Default: ${standard}.`} [${env}]`
  const placeholder = value === 'true | false' ? `[${value}]` : `<${value}>`
  return new Option(`${flag} ${placeholder}`, description)
}

const storePlaces = {
  data: `its folder; default ${settings.data.default}`,
  database: 'PostgreSQL instead of SQLite',
  packs: 'photos on S3 instead of the folder',
} as const

/** Where the store is, in a line each. The page has the rest, and `visage serve --help`. */
export function storeOption(name: keyof typeof storePlaces): Option {
  const { flag, value, env } = settings[name]
  const option = new Option(`${flag} <${value}>`, `${storePlaces[name]} [${env}]`)
  return option.helpGroup('Store (docs/configuration.md):')
}
