/** A link to a view: goes there without loading the page anew, and opens in a new tab like any link. */
import type { AnchorHTMLAttributes, MouseEvent } from 'react'
import { usePlace } from './place.ts'

type Props = Readonly<{ to: string }> & Omit<AnchorHTMLAttributes<HTMLAnchorElement>, 'href'>

export function PageLink({ to, onClick, children, ...rest }: Props) {
  const { path, go, addressOf } = usePlace()
  const follow = (event: MouseEvent<HTMLAnchorElement>) => {
    onClick?.(event)
    const isPlain = !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey)
    if (!isPlain || event.button !== 0 || event.defaultPrevented) return
    event.preventDefault()
    go(to)
  }
  return (
    <a
      {...rest}
      href={addressOf(to)}
      onClick={follow}
      {...(path === to && { 'aria-current': 'page' as const })}
    >
      {children}
    </a>
  )
}
