/** How much of a whole: one large figure, and the parts of it as bars that can be chosen. */
import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components'
import { ChevronRightRegular } from '@fluentui/react-icons/svg/chevron-right'

const useStyles = makeStyles({
  whole: {
    display: 'grid',
    gridTemplateColumns: 'auto minmax(0, 1fr)',
    alignItems: 'center',
    columnGap: '20px',
  },
  figure: {
    fontSize: 'clamp(32px, 5vw, 44px)',
    lineHeight: 1.1,
    fontWeight: tokens.fontWeightSemibold,
    letterSpacing: '-0.03em',
    fontVariantNumeric: 'tabular-nums',
  },
  beside: { display: 'flex', flexDirection: 'column', rowGap: '10px', minWidth: 0 },
  track: {
    display: 'block',
    height: '8px',
    borderRadius: '99px',
    overflow: 'hidden',
    backgroundColor: tokens.colorNeutralBackground3,
    '@media (forced-colors: active)': { border: '1px solid CanvasText' },
  },
  filled: {
    display: 'block',
    height: '100%',
    borderRadius: '99px',
    backgroundColor: tokens.colorCompoundBrandBackground,
    '@media (forced-colors: active)': { backgroundColor: 'Highlight' },
  },
  details: { marginTop: '16px', '&[open] > summary > svg': { rotate: '90deg' } },
  summary: {
    display: 'inline-flex',
    alignItems: 'center',
    columnGap: '6px',
    minHeight: '36px',
    paddingInline: '6px',
    marginInlineStart: '-6px',
    borderRadius: '8px',
    cursor: 'pointer',
    listStyleType: 'none',
    color: tokens.colorNeutralForeground2,
    '::-webkit-details-marker': { display: 'none' },
    ':hover': { color: tokens.colorNeutralForeground1 },
    ':focus-visible': { outline: `2px solid ${tokens.colorStrokeFocus2}` },
    '& svg': { transitionProperty: 'rotate', transitionDuration: tokens.durationFast },
  },
  parts: {
    display: 'grid',
    gridTemplateColumns: 'repeat(auto-fill, minmax(min(260px, 100%), 1fr))',
    gap: '4px 16px',
    margin: 0,
    marginTop: '8px',
    padding: 0,
    listStyleType: 'none',
    maxHeight: '320px',
    overflowY: 'auto',
  },
  part: {
    display: 'grid',
    gridTemplateColumns: 'minmax(0, 1fr) auto',
    gap: '6px 12px',
    width: '100%',
    padding: '8px 10px',
    border: 'none',
    borderRadius: '10px',
    font: 'inherit',
    fontSize: tokens.fontSizeBase200,
    color: tokens.colorNeutralForeground1,
    backgroundColor: 'transparent',
    textAlign: 'start',
    cursor: 'pointer',
    ':hover': { backgroundColor: tokens.colorNeutralBackground1Hover },
    ':focus-visible': { outline: `2px solid ${tokens.colorStrokeFocus2}`, outlineOffset: '-2px' },
    '& > :last-child': { gridColumnStart: 1, gridColumnEnd: 3, height: '4px' },
  },
  chosen: {
    backgroundColor: tokens.colorNeutralBackground1Selected,
    fontWeight: tokens.fontWeightSemibold,
  },
  name: { overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' },
  numbers: { color: tokens.colorNeutralForeground3, fontVariantNumeric: 'tabular-nums' },
})

export type ShownShare = Readonly<{
  id: string
  name: string
  /** From 0 to 1. */
  share: number
  /** Such as '31 of 40'. */
  numbers: string
}>

type Props = Readonly<{
  figure: string
  share: number
  sentence: string
  partsTitle: string
  /** None: the whole stands alone. */
  parts: readonly ShownShare[]
  chosen: string | undefined
  onChoose: (id: string) => void
}>

export function ShareBars(props: Props) {
  const { figure, share, sentence, partsTitle, parts, chosen, onChoose } = props
  const styles = useStyles()
  return (
    <div>
      <div className={styles.whole}>
        <span className={styles.figure} aria-hidden="true">
          {figure}
        </span>
        <span className={styles.beside}>
          <span>{sentence}</span>
          <Bar share={share} />
        </span>
      </div>
      {parts.length > 0 && (
        <details className={styles.details}>
          <summary className={styles.summary}>
            <ChevronRightRegular aria-hidden />
            {partsTitle}
          </summary>
          <ul className={styles.parts}>
            {parts.map(part => (
              <li key={part.id}>
                <button
                  type="button"
                  aria-pressed={part.id === chosen}
                  className={mergeClasses(styles.part, part.id === chosen && styles.chosen)}
                  onClick={() => onChoose(part.id)}
                >
                  <span className={styles.name} dir="auto">
                    {part.name}
                  </span>
                  <span className={styles.numbers}>{part.numbers}</span>
                  <Bar share={part.share} />
                </button>
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  )
}

/** For the eye: the numbers stand beside it. */
function Bar({ share }: Readonly<{ share: number }>) {
  const styles = useStyles()
  return (
    <span className={styles.track} aria-hidden="true">
      <span className={styles.filled} style={{ width: `${share * 100}%` }} />
    </span>
  )
}
