/** In place of the actions, while the issuer was not asked yet for the right to change this photo. */
import { Button } from '../ui/button.tsx'
import { useWords } from '../words/use-words.ts'
import styles from './actions.module.css'

export function Unlock({ onUnlock }: Readonly<{ onUnlock: () => void }>) {
  const words = useWords().photo
  return (
    <div>
      <div className={styles.actions}>
        <Button onClick={onUnlock}>{words.change}</Button>
      </div>
      <p className={styles.hint}>{words.changeHint}</p>
    </div>
  )
}
