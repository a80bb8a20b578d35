/** A quiet line that a screen reader says when it changes. */
import { makeStyles, tokens } from '@fluentui/react-components'
import type { ReactNode } from 'react'

const useStyles = makeStyles({
  line: {
    margin: 0,
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
    color: tokens.colorNeutralForeground3,
    fontVariantNumeric: 'tabular-nums',
  },
})

export function Announced({ children }: Readonly<{ children: ReactNode }>) {
  return (
    <p role="status" className={useStyles().line}>
      {children}
    </p>
  )
}
