/**
 * How others see the photo: small drawings of the places where programs show it. Only the name and the photo are
 * real; lines of text are bars, so nothing here has to be read or translated.
 */
import type { ReactNode } from 'react'
import { useWords } from '../words/use-words.ts'
import styles from './in-use.module.css'
import { Portrait } from './portrait.tsx'

type Shown = Readonly<{ name: string }>

export function InUse({ name }: Shown) {
  const { inChat, inList, onCard, inCall } = useWords().photo
  return (
    <div className={styles.room}>
      <div className={styles.places}>
        <Place title={inChat}>
          <Chat name={name} />
        </Place>
        <Place title={inList}>
          <List name={name} />
        </Place>
        <Place title={onCard}>
          <ProfileCard name={name} />
        </Place>
        <Place title={inCall}>
          <Call name={name} />
        </Place>
      </div>
    </div>
  )
}

/** The drawing says nothing that the title does not say. */
function Place({ title, children }: Readonly<{ title: string; children: ReactNode }>) {
  return (
    <figure className={styles.place}>
      <div className={styles.drawing} aria-hidden="true">
        {children}
      </div>
      <figcaption className={styles.title}>{title}</figcaption>
    </figure>
  )
}

function Chat({ name }: Shown) {
  return (
    <div className={styles.chat}>
      <div className={styles.message}>
        <Portrait name={name} size={32} />
        <div className={styles.bubble}>
          <span className={styles.sender}>{name}</span>
          <Bar width="100%" />
          <Bar width="62%" />
        </div>
      </div>
      <div className={styles.answer}>
        <Bar width="88%" />
      </div>
      <div className={styles.message}>
        <Portrait name={name} size={32} />
        <div className={styles.bubble}>
          <Bar width="74%" />
        </div>
      </div>
    </div>
  )
}

function List({ name }: Shown) {
  return (
    <div className={styles.list}>
      <Entry />
      <div className={styles.chosenEntry}>
        <Portrait name={name} size={40} />
        <div className={styles.lines}>
          <span className={styles.name}>{name}</span>
          <Bar width="48%" />
        </div>
      </div>
      <Entry />
    </div>
  )
}

/** Somebody else. */
function Entry() {
  return (
    <div className={styles.entry}>
      <span className={styles.somebody} />
      <div className={styles.lines}>
        <Bar width="70%" />
        <Bar width="40%" />
      </div>
    </div>
  )
}

function ProfileCard({ name }: Shown) {
  return (
    <div className={styles.card}>
      <div className={styles.banner} />
      <div className={styles.cardFace}>
        <Portrait name={name} size={96} />
      </div>
      <span className={styles.cardName}>{name}</span>
      <Bar width="44%" />
    </div>
  )
}

function Call({ name }: Shown) {
  return (
    <div className={styles.call}>
      <span className={styles.speaking}>
        <Portrait name={name} size={96} />
      </span>
      <span className={styles.label}>{name}</span>
    </div>
  )
}

function Bar({ width }: Readonly<{ width: string }>) {
  return <span className={styles.bar} style={{ width }} />
}
