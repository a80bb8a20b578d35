/** A setting as a flag of a command. */
import { Option } from 'commander'
import { type SettingName, settings } from '../settings/table.ts'

export function optionOf(name: SettingName): Option {
  const { flag, value, default: standard, meaning, env } = settings[name]
  const description = `${meaning}${standard === '' ? '' : ` Default: ${standard}.`} [${env}]`
  const placeholder = value === 'true | false' ? `[${value}]` : `<${value}>`
  return new Option(`${flag} ${placeholder}`, description)
}
