/** Files dropped anywhere on the page. Text and links that are dragged are left to the browser. */
import { useEffect, useEffectEvent, useState } from 'react'

/** True while files are over the page. */
export function useDroppedFiles(onDropped: (files: readonly [File, ...File[]]) => void): boolean {
  const [isOver, setOver] = useState(false)
  const take = useEffectEvent((event: DragEvent) => {
    if (!hasFiles(event)) return
    // Without this the browser would leave the page and show the file.
    event.preventDefault()
    setOver(false)
    const [first, ...others] = event.dataTransfer?.files ?? []
    if (first) onDropped([first, ...others])
  })
  useEffect(() => {
    const listening = new AbortController()
    const { signal } = listening
    const over = (event: DragEvent) => {
      if (!hasFiles(event)) return
      event.preventDefault()
      setOver(true)
    }
    const leave = ({ relatedTarget }: DragEvent) => {
      // From one element to the next is no leaving: only the window has nothing beside it.
      if (relatedTarget === null) setOver(false)
    }
    window.addEventListener('dragover', over, { signal })
    window.addEventListener('dragleave', leave, { signal })
    window.addEventListener('drop', event => take(event), { signal })
    return () => listening.abort()
  }, [])
  return isOver
}

const hasFiles = ({ dataTransfer }: DragEvent) => dataTransfer?.types.includes('Files') ?? false
