/** The words of the chosen language, for any component below `LanguageContext`. */
import { createContext, useContext } from 'react'
import type { Words } from './en.ts'
import { type Language, languages } from './languages.ts'

export const LanguageContext = createContext<Language>('en')

export function useWords(): Words {
  return languages[useContext(LanguageContext)].words
}

/** For Intl: 'en', 'zh-CN'. */
export function useLanguageTag(): string {
  return languages[useContext(LanguageContext)].tag
}
