/** The choices of language and theme, for the account menu and the settings. */
import { makeStyles } from '@fluentui/react-components'
import { type Language, languages } from '../words/languages.ts'
import { useWords } from '../words/use-words.ts'
import { Button } from './button.tsx'
import { ContrastIcon, DarkIcon, DeviceIcon, LightIcon } from './icons.tsx'
import { usePreferences } from './preferences.ts'
import { Segments } from './segments.tsx'
import { themeNames } from './theme.tsx'

/** Its text, not its invisible edge, ends where the content ends. */
const useStyles = makeStyles({ atEdge: { marginInlineEnd: '-16px' } })

const languageSegments = (Object.keys(languages) as Language[]).map(value => ({
  value,
  label: languages[value].name,
  lang: languages[value].tag,
}))

export function LanguageChoice() {
  const words = useWords()
  const { language, setLanguage } = usePreferences()
  return (
    <Segments
      legend={words.frame.language}
      segments={languageSegments}
      value={language}
      onChange={setLanguage}
    />
  )
}

/** The other language, for the page before a sign-in. */
export function LanguageSwitch() {
  const styles = useStyles()
  const { language, setLanguage } = usePreferences()
  const place = languageSegments.findIndex(({ value }) => value === language)
  const other = languageSegments[(place + 1) % languageSegments.length]
  return other ? (
    <Button
      className={styles.atEdge}
      look="subtle"
      lang={other.lang}
      onClick={() => setLanguage(other.value)}
    >
      {other.label}
    </Button>
  ) : null
}

const themeIcons = {
  browser: <DeviceIcon />,
  light: <LightIcon />,
  dark: <DarkIcon />,
  contrast: <ContrastIcon />,
} as const

export function ThemeChoice() {
  const words = useWords()
  const { theme, setTheme } = usePreferences()
  const segments = themeNames.map(value => ({
    value,
    label: words.frame.themes[value],
    icon: themeIcons[value],
  }))
  return (
    <Segments legend={words.frame.theme} segments={segments} value={theme} onChange={setTheme} />
  )
}
