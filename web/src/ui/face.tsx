/** Someone's picture in a circle, or their initials on a colour that stays theirs. */
import { makeStyles, tokens } from '@fluentui/react-components'
import { useEffect, useState } from 'react'
import { initialsOf, toneOf } from './initials.ts'

const useStyles = makeStyles({
  face: {
    position: 'relative',
    display: 'inline-grid',
    placeItems: 'center',
    flexShrink: 0,
    overflow: 'hidden',
    borderRadius: '50%',
    backgroundColor: tokens.colorNeutralBackground3,
    fontWeight: tokens.fontWeightSemibold,
    lineHeight: 1,
    letterSpacing: '0.01em',
    userSelect: 'none',
    // Drawn, not text: no part of the name of the button or link that it stands in.
    '&[data-initials]::before': { content: 'attr(data-initials)' },
    '@media (forced-colors: active)': { border: '1px solid CanvasText' },
  },
  picture: {
    position: 'absolute',
    inset: 0,
    width: '100%',
    height: '100%',
    objectFit: 'cover',
    animationName: { from: { opacity: 0 }, to: { opacity: 1 } },
    animationDuration: tokens.durationSlow,
  },
})

type Props = Readonly<{
  name: string
  picture?: Blob | undefined
  /** CSS pixels. */
  size: number
  /** What a screen reader says; nothing where the name stands beside it. */
  label?: string
}>

export function Face({ name, picture, size, label }: Props) {
  const styles = useStyles()
  const address = useObjectUrl(picture)
  const { ink, ground } = toneOf(name)
  const spoken =
    label === undefined ? { 'aria-hidden': true } : { role: 'img', 'aria-label': label }
  const box = { width: size, height: size }
  if (picture) {
    // Grey until it is decoded: initials would show for a moment.
    return (
      <span {...spoken} className={styles.face} style={box}>
        {address !== undefined && <img src={address} alt="" className={styles.picture} />}
      </span>
    )
  }
  const look = { ...box, fontSize: size * 0.38, color: ink, background: ground }
  return <span {...spoken} className={styles.face} data-initials={initialsOf(name)} style={look} />
}

/** An address for a picture in memory, for as long as it is shown. */
export function useObjectUrl(blob: Blob | undefined): string | undefined {
  const [address, setAddress] = useState<string>()
  useEffect(() => {
    if (!blob) return setAddress(undefined)
    const made = URL.createObjectURL(blob)
    setAddress(made)
    return () => URL.revokeObjectURL(made)
  }, [blob])
  return address
}
