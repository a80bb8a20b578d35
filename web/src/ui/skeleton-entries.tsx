/** The place of a list, or of a grid of tiles, that is still loading. */
import { makeStyles } from '@fluentui/react-components'
import { useWords } from '../words/use-words.ts'
import { Skeleton } from './skeleton.tsx'

const useStyles = makeStyles({
  entry: {
    display: 'flex',
    alignItems: 'center',
    gap: '12px',
    height: '64px',
    paddingInline: '12px',
  },
  texts: { display: 'flex', flexDirection: 'column', gap: '8px', flexGrow: 1 },
  tiles: {
    display: 'grid',
    gridTemplateColumns: 'repeat(auto-fill, minmax(132px, 1fr))',
    gap: '8px',
  },
  tile: {
    display: 'flex',
    flexDirection: 'column',
    alignItems: 'center',
    gap: '12px',
    height: '172px',
    paddingTop: '12px',
    boxSizing: 'border-box',
  },
})

export function SkeletonEntries() {
  const styles = useStyles()
  return (
    <div role="status" aria-label={useWords().common.loading}>
      {numbersTo(5).map(number => (
        <div key={number} className={styles.entry}>
          <Skeleton shape="circle" width={44} />
          <span className={styles.texts}>
            <Skeleton shape="line" width="55%" height={14} />
            <Skeleton shape="line" width="35%" height={11} />
          </span>
        </div>
      ))}
    </div>
  )
}

export function SkeletonTiles({ count }: Readonly<{ count: number }>) {
  const styles = useStyles()
  return (
    <div role="status" aria-label={useWords().common.loading} className={styles.tiles}>
      {numbersTo(count).map(number => (
        <div key={number} className={styles.tile}>
          <Skeleton shape="circle" width={80} />
          <Skeleton shape="line" width="70%" height={13} />
          <Skeleton shape="line" width="45%" height={10} />
        </div>
      ))}
    </div>
  )
}

function numbersTo(count: number): readonly number[] {
  return Array.from({ length: count }, (_, number) => number)
}
