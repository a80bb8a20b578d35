/** A field to search in. Escape empties it; with `key`, that key leads to it from anywhere but another text field. */
import { makeStyles, SearchBox } from '@fluentui/react-components'
import { useEffect, useRef } from 'react'

const useStyles = makeStyles({
  field: {
    width: '100%',
    maxWidth: '420px',
    minHeight: '40px',
    borderRadius: '10px',
    boxSizing: 'border-box',
  },
})

type Props = Readonly<{
  label: string
  text: string
  onChange: (text: string) => void
  /** A single key, such as '/'. */
  shortcut?: string
}>

export function SearchField({ label, text, onChange, shortcut }: Props) {
  const styles = useStyles()
  const input = useRef<HTMLInputElement>(null)
  useEffect(() => {
    if (shortcut === undefined) return
    const lead = (event: KeyboardEvent) => {
      if (event.key !== shortcut || event.ctrlKey || event.metaKey || event.altKey) return
      if (event.defaultPrevented || takesText(event.target)) return
      event.preventDefault()
      input.current?.focus()
    }
    document.addEventListener('keydown', lead)
    return () => document.removeEventListener('keydown', lead)
  }, [shortcut])
  return (
    <SearchBox
      input={{ ref: input }}
      className={styles.field}
      aria-label={label}
      aria-keyshortcuts={shortcut}
      placeholder={label}
      maxLength={100}
      autoComplete="off"
      spellCheck={false}
      value={text}
      onChange={(_event, { value }) => onChange(value)}
      onKeyDown={event => {
        if (event.key === 'Escape' && text !== '') onChange('')
      }}
    />
  )
}

/** A text field, or something in a dialog, which has its own keys. */
function takesText(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    target.closest('input, textarea, select, [contenteditable], [role=dialog]') !== null
  )
}
