/** The languages of the page, and which one a browser prefers. */
import { en, type Words } from './en.ts'
import { zh } from './zh.ts'

export type Language = 'en' | 'zh'

/** Each is named in itself; `tag` is for the `lang` attribute and for Intl. */
export const languages: Readonly<
  Record<Language, Readonly<{ name: string; tag: string; words: Words }>>
> = {
  en: { name: 'English', tag: 'en', words: en },
  zh: { name: '中文', tag: 'zh-CN', words: zh },
}

export function isLanguage(value: unknown): value is Language {
  return typeof value === 'string' && Object.hasOwn(languages, value)
}

/** `preferred` is `navigator.languages`: the first that the page speaks, else English. */
export function chooseLanguage(preferred: readonly string[]): Language {
  const codes = preferred.map(tag => tag.toLowerCase().split('-', 1)[0])
  return codes.find(isLanguage) ?? 'en'
}
