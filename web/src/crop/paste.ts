/** A picture pasted from the clipboard, wherever the focus is, except in a field for text. */
import { useEffect, useEffectEvent } from 'react'

const textFields =
  'textarea, [contenteditable], input:not([type=file], [type=range], [type=button], [type=checkbox], [type=radio])'

export function usePastedPicture(onPasted: (picture: Blob) => void): void {
  const take = useEffectEvent((event: ClipboardEvent) => {
    if (document.activeElement?.matches(textFields)) return
    const files = [...(event.clipboardData?.files ?? [])]
    const picture = files.find(({ type }) => type.startsWith('image/'))
    if (!picture) return
    event.preventDefault()
    onPasted(picture)
  })
  useEffect(() => {
    const listen = (event: ClipboardEvent) => take(event)
    window.addEventListener('paste', listen)
    return () => window.removeEventListener('paste', listen)
  }, [])
}
