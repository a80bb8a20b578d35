/** What a view says beside its content: a notice, an error with the request id to quote, an empty place. */
import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components'
import { type ReactElement, type ReactNode, useState } from 'react'
import { explainProblem, requestIdOf } from '../words/explain-problem.ts'
import { useWords } from '../words/use-words.ts'
import { Button } from './button.tsx'
import { AgainIcon, CopyIcon, ErrorIcon, InfoIcon, SuccessIcon, WarningIcon } from './icons.tsx'
import { Row } from './layout.tsx'

const useStyles = makeStyles({
  notice: {
    display: 'grid',
    gridTemplateColumns: 'auto minmax(0, 1fr)',
    columnGap: '12px',
    padding: '14px 16px',
    borderRadius: '12px',
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    backgroundColor: tokens.colorNeutralBackground1,
    color: tokens.colorNeutralForeground1,
    fontSize: tokens.fontSizeBase300,
    lineHeight: tokens.lineHeightBase300,
  },
  icon: { fontSize: '20px', lineHeight: 1, paddingTop: '1px', display: 'flex' },
  body: { display: 'flex', flexDirection: 'column', rowGap: '6px', minWidth: 0 },
  text: { margin: 0 },
  strong: { margin: 0, fontWeight: tokens.fontWeightSemibold },
  actions: { marginTop: '6px' },
  info: { color: tokens.colorBrandForeground1 },
  success: { color: tokens.colorStatusSuccessForeground1 },
  warning: { color: tokens.colorStatusWarningForeground1 },
  error: { color: tokens.colorStatusDangerForeground1 },
  errorBox: {
    backgroundColor: tokens.colorStatusDangerBackground1,
    border: `1px solid ${tokens.colorStatusDangerBorder1}`,
  },
  warningBox: {
    backgroundColor: tokens.colorStatusWarningBackground1,
    border: `1px solid ${tokens.colorStatusWarningBorder1}`,
  },
  quoteLine: { display: 'flex', flexWrap: 'wrap', alignItems: 'center', columnGap: '4px' },
  // Its text, not its invisible edge, is on the line.
  quoteCopy: { marginBlock: '-6px', marginInlineStart: '-8px', paddingInline: '8px' },
  quote: {
    margin: 0,
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
    color: tokens.colorNeutralForeground2,
    fontVariantNumeric: 'tabular-nums',
  },
  empty: {
    display: 'flex',
    flexDirection: 'column',
    alignItems: 'center',
    textAlign: 'center',
    rowGap: '12px',
    paddingBlock: 'clamp(32px, 8vw, 72px)',
    paddingInline: '20px',
    color: tokens.colorNeutralForeground2,
    borderRadius: '16px',
    border: `1px dashed ${tokens.colorNeutralStroke1}`,
  },
  emptyTitle: {
    margin: 0,
    color: tokens.colorNeutralForeground1,
    fontSize: tokens.fontSizeBase500,
    lineHeight: tokens.lineHeightBase500,
    fontWeight: tokens.fontWeightSemibold,
  },
  emptyText: { margin: 0, maxWidth: '46ch' },
})

export type Tone = 'info' | 'success' | 'warning' | 'error'

const icons: Readonly<Record<Tone, ReactElement>> = {
  info: <InfoIcon />,
  success: <SuccessIcon />,
  warning: <WarningIcon />,
  error: <ErrorIcon />,
}

type NoticeProps = Readonly<{
  tone: Tone
  title?: ReactNode
  actions?: ReactNode
  children?: ReactNode
}>

/** An error interrupts a screen reader. What has just happened is said with `useSay`. */
export function Notice({ tone, title, actions, children }: NoticeProps) {
  const styles = useStyles()
  const box = tone === 'error' ? styles.errorBox : tone === 'warning' && styles.warningBox
  return (
    <div className={mergeClasses(styles.notice, box)} {...(tone === 'error' && { role: 'alert' })}>
      <span className={mergeClasses(styles.icon, styles[tone])} aria-hidden="true">
        {icons[tone]}
      </span>
      <div className={styles.body}>
        {title !== undefined && <p className={styles.strong}>{title}</p>}
        {typeof children === 'string' ? <p className={styles.text}>{children}</p> : children}
        {actions !== undefined && (
          <div className={styles.actions}>
            <Row>{actions}</Row>
          </div>
        )}
      </div>
    </div>
  )
}

type ErrorNoticeProps = Readonly<{
  /** Whatever was thrown. */
  problem: unknown
  onRetry?: () => void
  actions?: ReactNode
  /** `info` for what nobody did wrong. */
  tone?: Tone
}>

/** The sentence for a failed call, and the request id to quote with a button that copies it. */
export function ErrorNotice({ problem, onRetry, actions, tone = 'error' }: ErrorNoticeProps) {
  const words = useWords()
  const styles = useStyles()
  const requestId = requestIdOf(problem)
  return (
    <Notice
      tone={tone}
      title={explainProblem(words, problem)}
      {...((onRetry || actions !== undefined) && {
        actions: (
          <>
            {actions}
            {onRetry && (
              <Button icon={<AgainIcon />} onClick={onRetry}>
                {words.common.tryAgain}
              </Button>
            )}
          </>
        ),
      })}
    >
      {requestId !== undefined && (
        <div className={styles.quoteLine}>
          <p className={styles.quote}>{words.problems.quote({ requestId })}</p>
          <CopyButton text={requestId} className={styles.quoteCopy} />
        </div>
      )}
    </Notice>
  )
}

/** Copies `text`, and says so on the button itself. */
export function CopyButton({ text, className }: Readonly<{ text: string; className?: string }>) {
  const words = useWords()
  const [copied, setCopied] = useState('')
  const copy = () => {
    // Refused by some embedded browsers: the text itself stands beside the button.
    void navigator.clipboard?.writeText(text).then(
      () => setCopied(text),
      () => setCopied(''),
    )
  }
  return (
    <Button
      look="subtle"
      {...(className && { className })}
      icon={copied === text ? <SuccessIcon /> : <CopyIcon />}
      onClick={copy}
      aria-live="polite"
    >
      {copied === text ? words.common.copied : words.common.copy}
    </Button>
  )
}

type EmptyProps = Readonly<{
  icon?: ReactElement
  title: ReactNode
  children?: ReactNode
  action?: ReactNode
}>

export function Empty({ icon, title, children, action }: EmptyProps) {
  const styles = useStyles()
  return (
    <div className={styles.empty}>
      {icon}
      <p className={styles.emptyTitle}>{title}</p>
      {children !== undefined && <p className={styles.emptyText}>{children}</p>}
      {action}
    </div>
  )
}
