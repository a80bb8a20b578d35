/**
 * The account: who you are, settings, language, theme, sign out. A disclosure made of the browser's popover, which
 * closes on Escape and outside, and gives the focus back.
 */
import { makeStyles, tokens } from '@fluentui/react-components'
import { type ReactNode, useId, useRef } from 'react'
import { useWords } from '../words/use-words.ts'
import { Face } from './face.tsx'
import { SettingsIcon, SignOutIcon, SwitchIcon } from './icons.tsx'
import { PageLink } from './page-link.tsx'
import { LanguageChoice, ThemeChoice } from './preference-choices.tsx'

const useStyles = makeStyles({
  opener: {
    display: 'grid',
    placeItems: 'center',
    width: '44px',
    height: '44px',
    padding: 0,
    border: 'none',
    borderRadius: '50%',
    backgroundColor: 'transparent',
    cursor: 'pointer',
    transitionProperty: 'background-color',
    transitionDuration: tokens.durationFast,
    ':hover': { backgroundColor: tokens.colorNeutralBackground3 },
    ':focus-visible': { outline: `2px solid ${tokens.colorStrokeFocus2}` },
  },
  panel: {
    position: 'fixed',
    inset: 'auto',
    top: '60px',
    insetInlineEnd: 'max(12px, calc((100vw - 1120px) / 2 + 12px))',
    margin: 0,
    width: 'min(320px, calc(100vw - 24px))',
    maxHeight: 'calc(100dvh - 72px)',
    overflowY: 'auto',
    boxSizing: 'border-box',
    padding: '8px',
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: '16px',
    backgroundColor: tokens.colorNeutralBackground1,
    color: tokens.colorNeutralForeground1,
    boxShadow: tokens.shadow28,
    ':popover-open': {
      animationName: {
        from: { opacity: 0, translate: '0 -6px' },
        to: { opacity: 1, translate: '0 0' },
      },
      animationDuration: tokens.durationNormal,
      animationTimingFunction: tokens.curveDecelerateMid,
    },
  },
  who: { display: 'flex', alignItems: 'center', columnGap: '14px', padding: '12px' },
  names: { display: 'flex', flexDirection: 'column', minWidth: 0 },
  name: {
    fontSize: tokens.fontSizeBase400,
    lineHeight: tokens.lineHeightBase400,
    fontWeight: tokens.fontWeightSemibold,
  },
  signInName: {
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
    color: tokens.colorNeutralForeground3,
  },
  item: {
    display: 'flex',
    alignItems: 'center',
    columnGap: '12px',
    width: '100%',
    minHeight: '44px',
    boxSizing: 'border-box',
    paddingInline: '12px',
    border: 'none',
    borderRadius: '10px',
    backgroundColor: 'transparent',
    color: tokens.colorNeutralForeground1,
    fontFamily: 'inherit',
    fontSize: tokens.fontSizeBase300,
    lineHeight: tokens.lineHeightBase300,
    textAlign: 'start',
    textDecorationLine: 'none',
    cursor: 'pointer',
    ':hover': { backgroundColor: tokens.colorNeutralBackground3 },
    ':focus-visible': { outline: `2px solid ${tokens.colorStrokeFocus2}`, outlineOffset: '-2px' },
  },
  itemIcon: { display: 'flex', fontSize: '20px', color: tokens.colorNeutralForeground2 },
  choices: {
    display: 'flex',
    flexDirection: 'column',
    rowGap: '14px',
    padding: '12px',
    marginBlock: '6px',
    borderTop: `1px solid ${tokens.colorNeutralStroke2}`,
    borderBottom: `1px solid ${tokens.colorNeutralStroke2}`,
  },
})

export type AccountProps = Readonly<{
  name: string
  signInName: string
  picture: Blob | undefined
  /** Absent where nobody but this person can be meant. */
  onSwitch?: (() => void) | undefined
  onSignOut: () => void
}>

export function AccountMenu({ name, signInName, picture, onSwitch, onSignOut }: AccountProps) {
  const words = useWords()
  const styles = useStyles()
  const id = useId()
  const panel = useRef<HTMLDivElement>(null)
  const close = () => panel.current?.hidePopover()
  return (
    <>
      <button
        type="button"
        className={styles.opener}
        popoverTarget={id}
        aria-label={words.frame.account({ name })}
      >
        <Face name={name} picture={picture} size={36} />
      </button>
      <div ref={panel} id={id} popover="auto" className={styles.panel}>
        <div className={styles.who}>
          <Face name={name} picture={picture} size={48} />
          <div className={styles.names}>
            <span className={styles.name}>{onSwitch ? words.frame.youAre({ name }) : name}</span>
            <span className={styles.signInName}>{signInName}</span>
          </div>
        </div>
        {onSwitch && (
          <Item icon={<SwitchIcon />} onClick={onSwitch}>
            {words.frame.switchPerson}
          </Item>
        )}
        <PageLink to="/settings" className={styles.item} onClick={close}>
          <span className={styles.itemIcon} aria-hidden="true">
            <SettingsIcon />
          </span>
          {words.settings.title}
        </PageLink>
        <div className={styles.choices}>
          <LanguageChoice />
          <ThemeChoice />
        </div>
        <Item icon={<SignOutIcon />} onClick={onSignOut}>
          {words.signIn.signOut}
        </Item>
      </div>
    </>
  )
}

type ItemProps = Readonly<{ icon: ReactNode; onClick: () => void; children: ReactNode }>

function Item({ icon, onClick, children }: ItemProps) {
  const styles = useStyles()
  return (
    <button type="button" className={styles.item} onClick={onClick}>
      <span className={styles.itemIcon} aria-hidden="true">
        {icon}
      </span>
      {children}
    </button>
  )
}
