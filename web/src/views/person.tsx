/** Someone's photo, for everyone to see and for administrators to change. */
import { useEffect, useMemo, useState } from 'react'
import { AccountSection } from '../administration/account-section.tsx'
import type { Graph } from '../graph/graph.ts'
import { peoplePermissions } from '../graph/people.ts'
import { readSomeone, type Someone } from '../graph/person.ts'
import type { Owner } from '../graph/photos.ts'
import { PhotoPanel } from '../photo/photo-panel.tsx'
import { Page } from '../ui/layout.tsx'
import { Empty, ErrorNotice, Notice } from '../ui/notice.tsx'
import { PageLink } from '../ui/page-link.tsx'
import { usePlace } from '../ui/place.ts'
import { Skeleton } from '../ui/skeleton.tsx'
import { useWords } from '../words/use-words.ts'
import styles from './person.module.css'
import type { ViewProps } from './view-props.ts'

export function View({ graph, parameters, person }: ViewProps) {
  const { id = '' } = parameters
  return <Photo key={id} graph={graph} id={id} signInName={person.signInName} />
}

type PhotoProps = Readonly<{
  graph: Graph
  id: string
  /** Of who is looking. */
  signInName: string
}>

function Photo({ graph, id, signInName }: PhotoProps) {
  const words = useWords()
  const { go } = usePlace()
  const { read, readAgain } = useSomeone(graph, id)
  const back = (
    <PageLink to="/people" className={styles.back}>
      {words.person.all}
    </PageLink>
  )
  if (read.state === 'reading') {
    return (
      <Page title={<Skeleton shape="line" width={280} height={40} />} actions={back}>
        <Skeleton shape="block" height={318} />
      </Page>
    )
  }
  if (read.state === 'failed') {
    return (
      <Page title={words.person.title} actions={back}>
        <ErrorNotice problem={read.problem} onRetry={readAgain} />
      </Page>
    )
  }
  if (!read.someone) {
    return (
      <Page title={words.person.title} actions={back}>
        <Empty title={words.person.nobody}>{words.person.nobodyHint}</Empty>
      </Page>
    )
  }
  const { someone } = read
  const { name } = someone
  return (
    <Page title={words.common.photoOf({ name })} actions={back}>
      {someone.account === 'disabled' && (
        <Notice tone="info" title={words.account.isDisabled}>
          {words.account.isDisabledHint}
        </Notice>
      )}
      <ChangeablePhoto graph={graph} someone={someone} />
      <AccountSection
        graph={graph}
        someone={someone}
        whose={isSameName(someone.userPrincipalName, signInName) ? 'own' : 'other'}
        // Their sign-in name, which may be in the address, may be another one now.
        onChanged={() =>
          id === someone.id ? readAgain() : go(`/people/${encodeURIComponent(someone.id)}`)
        }
        onDeleted={() => go('/people')}
      />
    </Page>
  )
}

function ChangeablePhoto({ graph, someone }: Readonly<{ graph: Graph; someone: Someone }>) {
  const { id, name, title, department, userPrincipalName } = someone
  const owner = useMemo<Owner>(
    () => ({
      path: `/users/${encodeURIComponent(id)}`,
      permissions: peoplePermissions,
      changing: ['ProfilePhoto.ReadWrite.All'],
    }),
    [id],
  )
  const about = [title, department].filter(text => text !== undefined).join(' · ')
  return <PhotoPanel graph={graph} owner={owner} name={name} about={about || userPrincipalName} />
}

const isSameName = (one: string, other: string) => one.toLowerCase() === other.toLowerCase()

type Read = Readonly<
  | { state: 'reading' }
  | { state: 'read'; someone: Someone | undefined }
  | { state: 'failed'; problem: unknown }
>

function useSomeone(graph: Graph, id: string) {
  const [read, setRead] = useState<Read>({ state: 'reading' })
  const [attempt, setAttempt] = useState(1)
  // Another attempt reads again.
  useEffect(() => {
    const leaving = new AbortController()
    const show = (next: Read) => {
      if (!leaving.signal.aborted) setRead(next)
    }
    // Whoever is shown stays until they are read again.
    setRead(before => (before.state === 'read' ? before : { state: 'reading' }))
    readSomeone(graph, id, leaving.signal).then(
      someone => show({ state: 'read', someone }),
      (problem: unknown) => show({ state: 'failed', problem }),
    )
    return () => leaving.abort()
  }, [graph, id, attempt])
  return { read, readAgain: () => setAttempt(count => count + 1) }
}
