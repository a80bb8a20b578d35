/** One change that is under way, done or refused. A second press while it is under way does nothing. */
import { useEffect, useRef, useState } from 'react'

type Deed = Readonly<{ state: 'idle' | 'busy'; problem: unknown }>

export function useDeed() {
  const [deed, setDeed] = useState<Deed>({ state: 'idle', problem: undefined })
  const isBusy = useRef(false)
  const isShown = useRef(true)
  useEffect(() => {
    isShown.current = true
    return () => {
      isShown.current = false
    }
  }, [])
  const attempt = (work: () => Promise<void>, onRefusal?: (problem: unknown) => void) => {
    if (isBusy.current) return
    isBusy.current = true
    setDeed({ state: 'busy', problem: undefined })
    work()
      .then(
        () => isShown.current && setDeed({ state: 'idle', problem: undefined }),
        (problem: unknown) => {
          if (!isShown.current) return
          setDeed({ state: 'idle', problem })
          onRefusal?.(problem)
        },
      )
      .finally(() => {
        isBusy.current = false
      })
  }
  return { ...deed, attempt }
}
