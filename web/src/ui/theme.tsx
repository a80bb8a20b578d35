/**
 * The look of the page as Fluent's tokens: brand colours, quiet grey behind white surfaces, type. Only files of ui/
 * import the component library, so it can be replaced.
 */
import {
  type BrandVariants,
  createDarkTheme,
  createLightTheme,
  FluentProvider,
  makeStyles,
  type Theme,
  teamsHighContrastTheme,
  tokens,
} from '@fluentui/react-components'
import { type ReactNode, useSyncExternalStore } from 'react'

/** What a person chooses; `browser` follows the device. */
export const themeNames = ['browser', 'light', 'dark', 'contrast'] as const
export type ThemeName = (typeof themeNames)[number]

export function isThemeName(value: unknown): value is ThemeName {
  return themeNames.some(name => name === value)
}

const brand: BrandVariants = {
  10: '#05041a',
  20: '#130f45',
  30: '#1f1873',
  40: '#292095',
  50: '#3229b2',
  60: '#3b32c8',
  70: '#453cd7',
  80: '#4f46e5',
  90: '#615aea',
  100: '#736dee',
  110: '#8580f1',
  120: '#9793f4',
  130: '#a8a5f7',
  140: '#bab8f9',
  150: '#cdcbfb',
  160: '#e0dffd',
}

const fontFamilyBase =
  "'Segoe UI Variable Text', 'Segoe UI', system-ui, -apple-system, Roboto, 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', 'Noto Sans SC', sans-serif"

const light: Theme = {
  ...createLightTheme(brand),
  fontFamilyBase,
  colorNeutralBackground1Selected: '#ffffff',
  colorNeutralBackground2: '#f5f5f9',
  colorNeutralBackground3: '#ececf2',
  colorNeutralForeground1: '#1b1b22',
  colorNeutralForeground2: '#4a4b55',
  colorNeutralForeground3: '#5f606b',
  colorNeutralStroke2: '#e1e1e8',
}

const darkTheme = createDarkTheme(brand)
const dark: Theme = {
  ...darkTheme,
  fontFamilyBase,
  colorNeutralBackground1: '#1f2027',
  colorNeutralBackground1Hover: '#292a33',
  colorNeutralBackground1Pressed: '#17181d',
  colorNeutralBackground1Selected: '#454653',
  colorNeutralBackground2: '#131419',
  colorNeutralBackground3: '#2a2b34',
  colorNeutralForeground1: '#f1f1f5',
  colorNeutralForeground2: '#c3c4ce',
  colorNeutralForeground3: '#a5a6b2',
  colorNeutralStroke2: '#34353f',
  colorNeutralBackgroundDisabled: '#2a2b34',
  colorNeutralForegroundDisabled: '#7c7d89',
  colorNeutralStrokeDisabled: '#3b3c47',
  // Fluent's grounds are saturated and nearly black; these are the page's own grey with a tint.
  colorBrandBackground2: '#2b2b4d',
  colorBrandBackground2Hover: '#333459',
  colorBrandBackground2Pressed: '#242441',
  colorStatusDangerBackground1: '#36242b',
  colorStatusDangerBorder1: '#74404b',
  colorStatusWarningBackground1: '#352c22',
  colorStatusWarningBorder1: '#6d5433',
  colorStatusSuccessBackground1: '#1f3029',
  colorStatusSuccessBorder1: '#38604c',
  colorBrandForeground1: brand[130],
  colorBrandForeground2: brand[140],
  colorBrandForegroundLink: brand[130],
  colorBrandForegroundLinkHover: brand[140],
  colorCompoundBrandForeground1: brand[130],
  colorCompoundBrandStroke: brand[120],
  colorCompoundBrandBackground: brand[120],
}

const themes: Readonly<Record<Exclude<ThemeName, 'browser'>, Theme>> = {
  light,
  dark,
  contrast: { ...teamsHighContrastTheme, fontFamilyBase },
}

const prefersDark = matchMedia('(prefers-color-scheme: dark)')
const watchPreference = (told: () => void) => {
  prefersDark.addEventListener('change', told)
  return () => prefersDark.removeEventListener('change', told)
}

const useStyles = makeStyles({
  page: {
    minHeight: '100dvh',
    display: 'flex',
    flexDirection: 'column',
    backgroundColor: tokens.colorNeutralBackground2,
    overflowWrap: 'anywhere',
  },
  light: { colorScheme: 'light' },
  dark: { colorScheme: 'dark' },
})

type Props = Readonly<{ name: ThemeName; children: ReactNode }>

export function ThemedPage({ name, children }: Props) {
  const styles = useStyles()
  const isDark = useSyncExternalStore(watchPreference, () => prefersDark.matches)
  const shown = name === 'browser' ? (isDark ? 'dark' : 'light') : name
  return (
    <FluentProvider
      theme={themes[shown]}
      className={`${styles.page} ${shown === 'light' ? styles.light : styles.dark}`}
    >
      {children}
    </FluentProvider>
  )
}
