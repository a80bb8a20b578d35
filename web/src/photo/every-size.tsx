/** The photo exactly as large as programs show it, each size in the picture that is sharp on this screen. */
import { useState } from 'react'
import { Button } from '../ui/button.tsx'
import { useWords } from '../words/use-words.ts'
import styles from './every-size.module.css'
import { Portrait } from './portrait.tsx'
import { sizesThatFit } from './shown-sizes.ts'
import { useWidth } from './use-width.ts'

/** As in every-size.module.css. */
const gap = 16

type Sizes = Readonly<{
  name: string
  /** Of the photo, in pixels. */
  side: number
}>

export function EverySize({ name, side }: Sizes) {
  const words = useWords().photo
  const [room, width] = useWidth()
  const [isOpen, setOpen] = useState(false)
  const { beside, below } = sizesThatFit(side, width, gap)
  return (
    <div ref={room} className={styles.sizes}>
      <Circles name={name} sizes={beside} />
      {isOpen && <Circles name={name} sizes={below} />}
      {below.length > 0 && (
        <div className={styles.more}>
          <Button look="subtle" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
            {isOpen ? words.fewerSizes : words.largerSizes}
          </Button>
        </div>
      )}
    </div>
  )
}

function Circles({ name, sizes }: Readonly<{ name: string; sizes: readonly number[] }>) {
  return (
    <ul className={styles.circles}>
      {sizes.map(size => (
        <li key={size} className={styles.circle}>
          <Portrait name={name} size={size} />
          <span className={styles.number}>{size}</span>
        </li>
      ))}
    </ul>
  )
}
