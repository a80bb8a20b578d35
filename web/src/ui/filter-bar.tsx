/** Search and filters above a list; they stay in sight while it scrolls, where there is room for that. */
import { makeStyles, tokens } from '@fluentui/react-components'
import type { ReactNode } from 'react'

const useStyles = makeStyles({
  bar: {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: '12px 16px',
    zIndex: 2,
    '& > :first-child': { flexGrow: 1, flexBasis: '260px' },
    '@media (min-width: 900px) and (min-height: 600px)': {
      position: 'sticky',
      top: '64px',
      paddingBlock: '10px',
      marginBlock: '-10px',
      backgroundColor: tokens.colorNeutralBackground2,
    },
  },
})

export function FilterBar({ children }: Readonly<{ children: ReactNode }>) {
  return (
    <search>
      <div className={useStyles().bar}>{children}</div>
    </search>
  )
}
