/** The app: language, theme and place around either the view before a sign-in or those after it. */
import { type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { keep, placeBelow, readKept, showPath, useHistory } from './history.ts'
import type { Memory } from './sign-in/errand.ts'
import type { Browser } from './sign-in/leaving.ts'
import { SignedInApp } from './signed-in-app.tsx'
import { type Started, start } from './start.ts'
import { Frame } from './ui/frame.tsx'
import { PlaceContext } from './ui/place.ts'
import { LanguageSwitch } from './ui/preference-choices.tsx'
import { PreferencesContext } from './ui/preferences.ts'
import { Status } from './ui/status.tsx'
import { isThemeName, ThemedPage, type ThemeName } from './ui/theme.tsx'
import { views } from './views/all.ts'
import { findView } from './views/find-view.ts'
import { SignedOut } from './views/signed-out.tsx'
import { explainTrouble } from './words/explain-trouble.ts'
import { chooseLanguage, isLanguage, type Language, languages } from './words/languages.ts'
import { LanguageContext, useWords } from './words/use-words.ts'

export function App({ browser }: Readonly<{ browser: Browser }>) {
  const [language, setLanguage] = useState(firstLanguage)
  const [theme, setTheme] = useState(firstTheme)
  const place = useHistory(browser.base)
  const latest = useLatest({ language, theme })
  const memory = useCallback<() => Memory>(
    () => ({ view: placeBelow(browser.base), ...latest() }),
    [browser, latest],
  )
  const restore = useCallback(({ language, theme }: Memory) => {
    if (isLanguage(language)) setLanguage(language)
    if (isThemeName(theme)) setTheme(theme)
  }, [])
  useEffect(() => {
    document.documentElement.lang = languages[language].tag
    keep({ language, theme })
  }, [language, theme])
  const preferences = useMemo(() => ({ language, theme, setLanguage, setTheme }), [language, theme])
  return (
    <LanguageContext value={language}>
      <PreferencesContext value={preferences}>
        <PlaceContext value={place}>
          <ThemedPage name={theme}>
            <Status>
              <Content browser={browser} memory={memory} restore={restore} />
            </Status>
          </ThemedPage>
        </PlaceContext>
      </PreferencesContext>
    </LanguageContext>
  )
}

function firstLanguage(): Language {
  const { language } = readKept()
  return isLanguage(language) ? language : chooseLanguage(navigator.languages)
}

function firstTheme(): ThemeName {
  const { theme } = readKept()
  return isThemeName(theme) ? theme : 'browser'
}

type ContentProps = Readonly<{
  browser: Browser
  memory: () => Memory
  restore: (memory: Memory) => void
}>

function Content({ browser, memory, restore }: ContentProps): ReactNode {
  const [started, setStarted] = useState<Started>()
  useEffect(() => {
    void start({ browser, memory: memory(), permissionsAt }).then(found => {
      if (found.memory) restore(found.memory)
      setStarted(found)
    })
  }, [browser, memory, restore])
  if (!started) return <Frame links={[]}>{null}</Frame>
  const { configuration, session } = started
  const fail = (trouble: unknown) => setStarted({ ...started, trouble })
  if (!configuration || !session?.person()) {
    return <BeforeSignIn started={started} memory={memory} onTrouble={fail} />
  }
  const signOut = () => {
    showPath(browser.base, '/', 'signed-out')
    session.end().then(() => fail(undefined), fail)
  }
  return (
    <SignedInApp
      base={browser.base}
      fetch={browser.fetch}
      configuration={configuration}
      session={session}
      memory={memory}
      onSignOut={signOut}
    />
  )
}

type BeforeProps = Readonly<{
  started: Started
  memory: () => Memory
  onTrouble: (trouble: unknown) => void
}>

function BeforeSignIn({ started, memory, onTrouble }: BeforeProps) {
  const words = useWords()
  const { session, configuration, trouble } = started
  const signIn = () => {
    const now = memory()
    // Without its configuration the page can only begin anew.
    if (!session) return location.reload()
    session
      .begin({ manner: 'open', memory: now, permissions: permissionsAt(now.view) })
      .catch(onTrouble)
  }
  useEffect(() => {
    document.title = words.common.productName
  }, [words])
  return (
    <Frame links={[]} account={<LanguageSwitch />}>
      <SignedOut
        trouble={trouble === undefined ? undefined : explainTrouble(words, trouble)}
        mode={configuration?.mode}
        onSignIn={signIn}
      />
    </Frame>
  )
}

/** Of a view that is only there in a development server, too: an issuer that grants too much does no harm. */
function permissionsAt(path: string): readonly string[] {
  return findView(views, path.split('#', 1)[0] ?? '', 'dev')?.view.permissions ?? []
}

/** What is true now, for a function that is called later. */
function useLatest<Value>(value: Value): () => Value {
  const latest = useRef(value)
  latest.current = value
  return useCallback(() => latest.current, [])
}
