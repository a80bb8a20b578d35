/**
 * A dialog for work that takes the whole attention: on a desktop a sheet over the page, on a phone the whole screen.
 * A question is smaller, and never takes the whole screen.
 * The browser's own modal dialog: it keeps the focus, makes the page behind it inert, and gives the focus back. A
 * click beside it does not close it, so that no work is lost by a slip; Escape and its buttons do.
 */
import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components'
import { type ReactNode, useId, useLayoutEffect, useRef } from 'react'
import { headingId } from './layout.tsx'

const useStyles = makeStyles({
  dialog: {
    boxSizing: 'border-box',
    width: 'min(808px, 100vw - 48px)',
    maxWidth: 'none',
    maxHeight: 'calc(100dvh - 48px)',
    margin: 'auto',
    padding: '24px 28px 28px',
    overflowY: 'auto',
    overscrollBehavior: 'contain',
    color: tokens.colorNeutralForeground1,
    backgroundColor: tokens.colorNeutralBackground1,
    fontSize: tokens.fontSizeBase300,
    lineHeight: tokens.lineHeightBase300,
    borderRadius: '16px',
    border: `1px solid ${tokens.colorTransparentStroke}`,
    boxShadow: tokens.shadow64,
    // Only moved, never scaled: what is measured while it opens has its final size.
    animationName: {
      from: { opacity: 0, translate: '0 12px' },
      to: { opacity: 1, translate: '0 0' },
    },
    animationDuration: tokens.durationNormal,
    animationTimingFunction: tokens.curveDecelerateMid,
    '::backdrop': { backgroundColor: tokens.colorBackgroundOverlay },
  },
  question: { width: 'min(480px, 100vw - 32px)' },
  work: {
    '@media (max-width: 640px), (max-height: 560px)': {
      width: '100vw',
      height: '100dvh',
      maxHeight: 'none',
      margin: 0,
      padding: '16px',
      borderRadius: 0,
      border: 'none',
    },
  },
  title: {
    margin: '0 0 16px',
    fontSize: tokens.fontSizeBase500,
    lineHeight: tokens.lineHeightBase500,
    fontWeight: tokens.fontWeightSemibold,
    letterSpacing: '-0.01em',
    '@media (max-width: 640px), (max-height: 560px)': { marginBottom: '12px' },
  },
})

type Props = Readonly<{
  title: string
  onClose: () => void
  kind?: 'work' | 'question'
  children: ReactNode
}>

/** Open as long as it is mounted. */
export function Dialog({ title, onClose, kind = 'work', children }: Props) {
  const styles = useStyles()
  const titleId = useId()
  const dialog = useModal()
  return (
    <dialog
      ref={dialog}
      className={mergeClasses(styles.dialog, styles[kind])}
      aria-labelledby={titleId}
      onKeyDown={event => {
        if (event.key !== 'Escape') return
        // The browser would close it by itself, whatever is going on in it.
        event.preventDefault()
        onClose()
      }}
      onCancel={event => {
        // Of other ways to close it, such as the back gesture of a phone.
        event.preventDefault()
        onClose()
      }}
    >
      <h2 id={titleId} className={styles.title}>
        {title}
      </h2>
      {children}
    </dialog>
  )
}

function useModal() {
  const ref = useRef<HTMLDialogElement>(null)
  useLayoutEffect(() => {
    const dialog = ref.current
    const page = document.documentElement
    const { overflow } = page.style
    page.style.overflow = 'hidden'
    dialog?.showModal()
    return () => {
      page.style.overflow = overflow
      dialog?.close()
      // What had the focus before may be gone: then the heading of the view gets it.
      if (document.activeElement === document.body) document.getElementById(headingId)?.focus()
    }
  }, [])
  return ref
}
