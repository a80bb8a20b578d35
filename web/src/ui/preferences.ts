/** Language and theme, which the person may change in the account menu and in the settings. */
import { createContext, useContext } from 'react'
import type { Language } from '../words/languages.ts'
import type { ThemeName } from './theme.tsx'

export type Preferences = Readonly<{
  language: Language
  theme: ThemeName
  setLanguage: (language: Language) => void
  setTheme: (theme: ThemeName) => void
}>

export const PreferencesContext = createContext<Preferences>({
  language: 'en',
  theme: 'browser',
  setLanguage: () => {},
  setTheme: () => {},
})

export const usePreferences = (): Preferences => useContext(PreferencesContext)
