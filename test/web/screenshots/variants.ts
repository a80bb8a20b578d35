/** Table: what each view is seen with: language, light, width of the window. */
import type { BrowserContextOptions } from 'playwright-core'
import { en, type Words } from '../../../web/src/words/en.ts'
import { zh } from '../../../web/src/words/zh.ts'

export type Variant = Readonly<{ name: string; words: Words; context: BrowserContextOptions }>

const screens = {
  desktop: { viewport: { width: 1280, height: 800 } },
  phone: {
    viewport: { width: 390, height: 844 },
    deviceScaleFactor: 2,
    hasTouch: true,
    isMobile: true,
  },
} as const

const languages = {
  en: { words: en, locale: 'en-US' },
  zh: { words: zh, locale: 'zh-CN' },
} as const

export const variants: readonly Variant[] = Object.entries(screens).flatMap(([screen, size]) =>
  Object.entries(languages).flatMap(([language, { words, locale }]) =>
    (['light', 'dark'] as const).map(colorScheme => ({
      name: `${screen}-${language}-${colorScheme}`,
      words,
      context: { ...size, locale, colorScheme, reducedMotion: 'reduce' as const },
    })),
  ),
)
