/** Whether the browser says that there is a network. */
import { useSyncExternalStore } from 'react'

export const useOnline = (): boolean => useSyncExternalStore(watch, () => navigator.onLine)

function watch(told: () => void): () => void {
  addEventListener('online', told)
  addEventListener('offline', told)
  return () => {
    removeEventListener('online', told)
    removeEventListener('offline', told)
  }
}
