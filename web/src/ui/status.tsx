/** Short messages at the foot of the page, spoken by screen readers: "Removed." with Undo. One at a time. */
import { makeStyles, tokens } from '@fluentui/react-components'
import { createContext, type ReactNode, useCallback, useContext, useEffect, useState } from 'react'

type Message = Readonly<{
  text: string
  action: Readonly<{ label: string; onClick: () => void }> | undefined
  /** Tells two equal messages apart. */
  number: number
}>

type Say = (text: string, action?: Readonly<{ label: string; onClick: () => void }>) => void

const SayContext = createContext<Say>(() => {})

/** Says something for a few seconds; with an action for eight. An empty text ends what is said. */
export const useSay = (): Say => useContext(SayContext)

const plainMs = 5000
const actionMs = 8000

const useStyles = makeStyles({
  region: {
    position: 'fixed',
    insetInline: 0,
    bottom: 'max(20px, env(safe-area-inset-bottom))',
    display: 'flex',
    justifyContent: 'center',
    paddingInline: '16px',
    pointerEvents: 'none',
    zIndex: 10,
  },
  message: {
    display: 'flex',
    alignItems: 'center',
    columnGap: '12px',
    maxWidth: 'min(560px, 100%)',
    minHeight: '48px',
    boxSizing: 'border-box',
    paddingBlock: '6px',
    paddingInline: '18px',
    borderRadius: '14px',
    backgroundColor: tokens.colorNeutralBackgroundInverted,
    color: tokens.colorNeutralForegroundInverted,
    boxShadow: tokens.shadow28,
    fontSize: tokens.fontSizeBase300,
    lineHeight: tokens.lineHeightBase300,
    pointerEvents: 'auto',
    border: '1px solid transparent',
    animationName: {
      from: { opacity: 0, translate: '0 12px' },
      to: { opacity: 1, translate: '0 0' },
    },
    animationDuration: tokens.durationSlow,
    animationTimingFunction: tokens.curveDecelerateMid,
  },
  action: {
    minHeight: '36px',
    paddingInline: '12px',
    marginInlineEnd: '-8px',
    borderRadius: '9px',
    border: 'none',
    backgroundColor: 'transparent',
    color: 'inherit',
    font: 'inherit',
    fontWeight: tokens.fontWeightSemibold,
    textDecorationLine: 'underline',
    textUnderlineOffset: '3px',
    cursor: 'pointer',
    ':hover': { backgroundColor: 'rgb(128 128 128 / 25%)' },
    ':focus-visible': { outline: '2px solid currentColor', outlineOffset: '-2px' },
  },
})

export function Status({ children }: Readonly<{ children: ReactNode }>) {
  const styles = useStyles()
  const [message, setMessage] = useState<Message>()
  const say = useCallback<Say>(
    (text, action) =>
      setMessage(before =>
        text ? { text, action, number: (before?.number ?? 0) + 1 } : undefined,
      ),
    [],
  )
  useEffect(() => {
    if (!message) return
    const timer = setTimeout(() => setMessage(undefined), message.action ? actionMs : plainMs)
    return () => clearTimeout(timer)
  }, [message])
  const act = () => {
    message?.action?.onClick()
    setMessage(undefined)
  }
  return (
    <SayContext value={say}>
      {children}
      <div className={styles.region} role="status">
        {message && (
          <div className={styles.message} key={message.number}>
            <span>{message.text}</span>
            {message.action && (
              <button type="button" className={styles.action} onClick={act}>
                {message.action.label}
              </button>
            )}
          </div>
        )}
      </div>
    </SayContext>
  )
}
