/** Text to copy into a program or a terminal. It scrolls in its own frame; `copied` may be longer than what is shown. */
import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components'
import { CopyButton } from './notice.tsx'

const useStyles = makeStyles({
  block: {
    borderRadius: '12px',
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    backgroundColor: tokens.colorNeutralBackground2,
    minWidth: 0,
  },
  top: {
    display: 'flex',
    alignItems: 'center',
    justifyContent: 'space-between',
    columnGap: '12px',
    paddingInlineStart: '16px',
    paddingInlineEnd: '6px',
    paddingBlock: '4px',
    borderBottom: `1px solid ${tokens.colorNeutralStroke2}`,
    fontSize: tokens.fontSizeBase200,
    color: tokens.colorNeutralForeground3,
  },
  frame: {
    maxHeight: '420px',
    overflow: 'auto',
    ':focus-visible': {
      outline: `2px solid ${tokens.colorStrokeFocus2}`,
      outlineOffset: '-2px',
      borderRadius: '0 0 12px 12px',
    },
  },
  text: {
    margin: 0,
    padding: '14px 16px',
    fontFamily: tokens.fontFamilyMonospace,
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase300,
    color: tokens.colorNeutralForeground1,
    overflowWrap: 'normal',
    tabSize: 4,
  },
  short: { maxHeight: '190px' },
  wrapped: { whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' },
})

type Props = Readonly<{
  label: string
  text: string
  /** What Copy copies; by default the text. */
  copied?: string
  /** Text without lines of its own is wrapped. */
  lines?: 'kept' | 'wrapped'
}>

export function CodeBlock({ label, text, copied = text, lines = 'kept' }: Props) {
  const styles = useStyles()
  const frame = mergeClasses(styles.frame, lines === 'wrapped' && styles.short)
  return (
    <div className={styles.block}>
      <div className={styles.top}>
        <span>{label}</span>
        <CopyButton text={copied} />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, also for who has no mouse */}
      <section aria-label={label} tabIndex={0} className={frame}>
        <pre className={mergeClasses(styles.text, lines === 'wrapped' && styles.wrapped)}>
          {text}
        </pre>
      </section>
    </div>
  )
}
