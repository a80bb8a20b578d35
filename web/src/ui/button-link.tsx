/** A link to a view that looks like a button. */
import { makeStyles, tokens } from '@fluentui/react-components'
import type { ReactNode } from 'react'
import { PageLink } from './page-link.tsx'

const useStyles = makeStyles({
  link: {
    display: 'inline-flex',
    alignItems: 'center',
    minHeight: '40px',
    boxSizing: 'border-box',
    paddingInline: '16px',
    borderRadius: '10px',
    border: `1px solid ${tokens.colorNeutralStroke1}`,
    backgroundColor: tokens.colorNeutralBackground1,
    color: tokens.colorNeutralForeground1,
    fontSize: tokens.fontSizeBase300,
    fontWeight: tokens.fontWeightSemibold,
    textDecorationLine: 'none',
    ':hover': { backgroundColor: tokens.colorNeutralBackground1Hover },
    ':focus-visible': { outline: `2px solid ${tokens.colorStrokeFocus2}`, outlineOffset: '2px' },
  },
})

export function ButtonLink({ to, children }: Readonly<{ to: string; children: ReactNode }>) {
  return (
    <PageLink to={to} className={useStyles().link}>
      {children}
    </PageLink>
  )
}
