/** One line of a list: a face, a name with what it may be marked as, and a line about it. */
import { makeStyles, tokens } from '@fluentui/react-components'
import type { ReactNode } from 'react'

const useStyles = makeStyles({
  texts: { display: 'flex', flexDirection: 'column', minWidth: 0, flexGrow: 1 },
  first: { display: 'flex', alignItems: 'center', columnGap: '8px', minWidth: 0 },
  name: {
    overflow: 'hidden',
    textOverflow: 'ellipsis',
    whiteSpace: 'nowrap',
    fontSize: tokens.fontSizeBase300,
    lineHeight: tokens.lineHeightBase300,
    fontWeight: tokens.fontWeightSemibold,
  },
  detail: {
    overflow: 'hidden',
    textOverflow: 'ellipsis',
    whiteSpace: 'nowrap',
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
    color: tokens.colorNeutralForeground3,
  },
  tag: {
    flexShrink: 0,
    paddingInline: '8px',
    borderRadius: '99px',
    fontSize: tokens.fontSizeBase100,
    lineHeight: '16px',
    fontWeight: tokens.fontWeightSemibold,
    color: tokens.colorBrandForeground2,
    border: `1px solid ${tokens.colorBrandStroke2}`,
  },
  tileName: {
    display: '-webkit-box',
    WebkitBoxOrient: 'vertical',
    WebkitLineClamp: 2,
    overflow: 'hidden',
    marginTop: '10px',
    maxWidth: '100%',
    fontSize: tokens.fontSizeBase200,
    lineHeight: '17px',
    fontWeight: tokens.fontWeightSemibold,
  },
  tileDetail: {
    overflow: 'hidden',
    textOverflow: 'ellipsis',
    whiteSpace: 'nowrap',
    maxWidth: '100%',
    marginTop: '2px',
    fontSize: tokens.fontSizeBase100,
    lineHeight: tokens.lineHeightBase100,
    color: tokens.colorNeutralForeground3,
  },
})

type Props = Readonly<{ face: ReactNode; name: string; detail?: string | undefined }>

export function Entry({ face, name, detail, tag }: Props & Readonly<{ tag?: string | undefined }>) {
  const styles = useStyles()
  return (
    <>
      {face}
      <span className={styles.texts}>
        <span className={styles.first}>
          <span className={styles.name} dir="auto">
            {name}
          </span>
          {tag !== undefined && <span className={styles.tag}>{tag}</span>}
        </span>
        {detail !== undefined && (
          <span className={styles.detail} dir="auto">
            {detail}
          </span>
        )}
      </span>
    </>
  )
}

/** The same as a tile of a grid: the face above. */
export function TileEntry({ face, name, detail }: Props) {
  const styles = useStyles()
  return (
    <>
      {face}
      <span className={styles.tileName} dir="auto">
        {name}
      </span>
      {detail !== undefined && (
        <span className={styles.tileDetail} dir="auto">
          {detail}
        </span>
      )}
    </>
  )
}
