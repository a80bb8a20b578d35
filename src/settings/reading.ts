/**
 * A text of a setting -> a value. Each function throws a ConfigError that names the setting if the text is
 * invalid.
 */
import { ConfigError, nameOf } from './setting.ts'
import { type SettingName, settings, type Texts } from './table.ts'

export function textOf(texts: Texts, setting: SettingName): string {
  return texts[setting] ?? settings[setting].default
}

export function numberOf(texts: Texts, setting: SettingName, min: number, max: number): number {
  const text = textOf(texts, setting)
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (number >= min && number <= max) return number
  throw wrong(setting, text, `a whole number from ${min} to ${max}`)
}

export function flagOf(texts: Texts, setting: SettingName): boolean {
  const text = textOf(texts, setting)
  if (text === 'true' || text === 'false') return text === 'true'
  throw wrong(setting, text, 'true or false')
}

export function chosenOf<Choice extends string>(
  texts: Texts,
  setting: SettingName,
  choices: readonly Choice[],
): Choice {
  const text = textOf(texts, setting)
  const chosen = choices.find(choice => choice === text)
  if (chosen === undefined) throw wrong(setting, text, `one of ${choices.join(', ')}`)
  return chosen
}

export function listOf(text: string): string[] {
  return text
    .split(',')
    .map(entry => entry.trim())
    .filter(entry => entry !== '')
}

export function urlOf(setting: SettingName, text: string): URL {
  const url = URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol))
    throw wrong(setting, text, 'an http or https url')
  return url
}

export function refuseWith(
  texts: Texts,
  chosen: SettingName,
  others: readonly SettingName[],
): void {
  const contradicting = others.find(other => texts[other] !== undefined)
  if (contradicting !== undefined) {
    throw new ConfigError(`${name(contradicting)} has no meaning with ${name(chosen)}.`)
  }
}

export function wrong(setting: SettingName, text: string, wanted: string): ConfigError {
  return new ConfigError(`${name(setting)}: '${text}' is not ${wanted}.`)
}

export function name(setting: SettingName): string {
  return nameOf(settings[setting])
}

/**
 * Flags come first. An empty flag counts as not set, as an empty variable does: `--host "$HOST"` must not
 * listen on every address if HOST is not set.
 */
export function textsOf<Given extends Readonly<Record<string, string | undefined>>>(
  flags: Given,
  environment: Given,
): Given {
  const entries = Object.entries({ ...environment, ...flags })
  return Object.fromEntries(entries.filter(([, text]) => text !== '')) as Given
}

export function keysOf<Key extends string>(table: Readonly<Record<Key, unknown>>): Key[] {
  return Object.keys(table) as Key[]
}
