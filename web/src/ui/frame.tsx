/** The frame of every view: skip link, header with brand, navigation and account, banners, the view itself. */
import { makeStyles, tokens } from '@fluentui/react-components'
import { type ReactNode, useEffect, useRef } from 'react'
import { useWords } from '../words/use-words.ts'
import { Brand } from './brand.tsx'
import { InfoIcon, OfflineIcon } from './icons.tsx'
import { PageLink } from './page-link.tsx'
import { usePlace } from './place.ts'

const wide = '@media (min-width: 760px)'

const useStyles = makeStyles({
  skip: {
    position: 'absolute',
    insetInlineStart: '12px',
    top: '-80px',
    zIndex: 20,
    padding: '12px 18px',
    borderRadius: '10px',
    backgroundColor: tokens.colorBrandBackground,
    color: tokens.colorNeutralForegroundOnBrand,
    fontWeight: tokens.fontWeightSemibold,
    ':focus': { top: '10px' },
  },
  header: {
    position: 'sticky',
    top: 0,
    zIndex: 5,
    backgroundColor: tokens.colorNeutralBackground1,
    borderBottom: `1px solid ${tokens.colorNeutralStroke2}`,
  },
  bar: {
    display: 'grid',
    gridTemplateColumns: '1fr auto',
    alignItems: 'center',
    maxWidth: '1120px',
    boxSizing: 'border-box',
    marginInline: 'auto',
    paddingInline: 'clamp(16px, 4vw, 28px)',
    [wide]: { gridTemplateColumns: 'auto 1fr auto', columnGap: '28px' },
  },
  home: {
    display: 'flex',
    justifySelf: 'start',
    paddingBlock: '6px',
    borderRadius: '10px',
    textDecorationLine: 'none',
    ':focus-visible': { outline: `2px solid ${tokens.colorStrokeFocus2}`, outlineOffset: '4px' },
  },
  nav: {
    gridRow: 2,
    gridColumn: '1 / -1',
    minWidth: 0,
    marginInline: 'calc(-1 * clamp(16px, 4vw, 28px))',
    [wide]: { gridRow: 1, gridColumn: 2, marginInline: 0 },
  },
  links: {
    display: 'flex',
    columnGap: '4px',
    margin: 0,
    paddingBlock: 0,
    paddingInline: 'calc(clamp(16px, 4vw, 28px) - 10px)',
    listStyleType: 'none',
    overflowX: 'auto',
    scrollbarWidth: 'none',
    [wide]: { paddingInline: 0 },
  },
  link: {
    position: 'relative',
    display: 'flex',
    alignItems: 'center',
    minHeight: '44px',
    paddingInline: '10px',
    whiteSpace: 'nowrap',
    color: tokens.colorNeutralForeground2,
    fontSize: tokens.fontSizeBase300,
    textDecorationLine: 'none',
    borderRadius: '8px',
    ':hover': { color: tokens.colorNeutralForeground1 },
    ':focus-visible': { outline: `2px solid ${tokens.colorStrokeFocus2}`, outlineOffset: '-4px' },
    '::after': {
      content: '""',
      position: 'absolute',
      insetInline: '10px',
      bottom: 0,
      height: '3px',
      borderRadius: '3px 3px 0 0',
      backgroundColor: 'transparent',
      transitionProperty: 'background-color',
      transitionDuration: tokens.durationNormal,
    },
    '&[aria-current]': {
      color: tokens.colorNeutralForeground1,
      fontWeight: tokens.fontWeightSemibold,
    },
    '&[aria-current]::after': {
      backgroundColor: tokens.colorCompoundBrandStroke,
      '@media (forced-colors: active)': { backgroundColor: 'Highlight' },
    },
    [wide]: { minHeight: '64px' },
  },
  account: {
    // Without a navigation, too, at the end of the line.
    gridColumn: '-2 / -1',
    display: 'flex',
    alignItems: 'center',
    minHeight: '56px',
    [wide]: { minHeight: '64px' },
  },
  main: {
    flexGrow: 1,
    width: '100%',
    maxWidth: '1120px',
    boxSizing: 'border-box',
    marginInline: 'auto',
    paddingInline: 'clamp(16px, 4vw, 28px)',
    paddingTop: 'clamp(24px, 5vw, 48px)',
    paddingBottom: '96px',
    outlineStyle: 'none',
  },
  banner: {
    display: 'flex',
    alignItems: 'center',
    justifyContent: 'center',
    flexWrap: 'wrap',
    gap: '6px 12px',
    minHeight: '44px',
    boxSizing: 'border-box',
    paddingBlock: '6px',
    paddingInline: '16px',
    backgroundColor: tokens.colorStatusWarningBackground1,
    borderBottom: `1px solid ${tokens.colorStatusWarningBorder1}`,
    color: tokens.colorNeutralForeground1,
    fontSize: tokens.fontSizeBase300,
    lineHeight: tokens.lineHeightBase300,
  },
  told: { display: 'flex', alignItems: 'center', columnGap: '12px', flex: '0 1 auto' },
  bannerIcon: { display: 'flex', flexShrink: 0, fontSize: '20px' },
})

export type NavLink = Readonly<{ path: string; title: string }>

type FrameProps = Readonly<{
  links: readonly NavLink[]
  account?: ReactNode
  banner?: ReactNode
  children: ReactNode
}>

/** `main` is where the skip link leads. */
const mainId = 'content'

export function Frame({ links, account, banner, children }: FrameProps) {
  const words = useWords()
  const styles = useStyles()
  return (
    <>
      <a href={`#${mainId}`} className={styles.skip} onClick={skipTo}>
        {words.frame.skipToContent}
      </a>
      <header className={styles.header}>
        <div className={styles.bar}>
          <PageLink to="/" className={styles.home}>
            <Brand name={words.common.productName} />
          </PageLink>
          {links.length > 0 && <Navigation links={links} />}
          <div className={styles.account}>{account}</div>
        </div>
        <div aria-live="polite">{banner}</div>
      </header>
      <main id={mainId} tabIndex={-1} className={styles.main}>
        {children}
      </main>
    </>
  )
}

/** The address stays as it is: it names the view. */
function skipTo(event: { preventDefault: () => void }): void {
  event.preventDefault()
  document.getElementById(mainId)?.focus()
}

function Navigation({ links }: Readonly<{ links: readonly NavLink[] }>) {
  const words = useWords()
  const styles = useStyles()
  const { path } = usePlace()
  const list = useRef<HTMLUListElement>(null)
  // On another path the current link is another one.
  useEffect(() => {
    const current = list.current?.querySelector('[aria-current]')
    current?.scrollIntoView({ inline: 'center', block: 'nearest' })
  }, [path])
  return (
    <nav className={styles.nav} aria-label={words.frame.navigation}>
      <ul ref={list} className={styles.links}>
        {links.map(({ path: to, title }) => (
          <li key={to}>
            <PageLink to={to} className={styles.link}>
              {title}
            </PageLink>
          </li>
        ))}
      </ul>
    </nav>
  )
}

type BannerProps = Readonly<{ tone: 'offline' | 'ended'; children: ReactNode; action?: ReactNode }>

export function Banner({ tone, children, action }: BannerProps) {
  const styles = useStyles()
  return (
    <div className={styles.banner}>
      <span className={styles.told}>
        <span className={styles.bannerIcon} aria-hidden="true">
          {tone === 'offline' ? <OfflineIcon /> : <InfoIcon />}
        </span>
        <span>{children}</span>
      </span>
      {action}
    </div>
  )
}
