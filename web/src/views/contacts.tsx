/** The contacts of the signed-in person, folder by folder, and the photo of one of them. */
import { useCallback, useEffect, useMemo, useState } from 'react'
import {
  type Contact,
  contactPath,
  contactPermissions,
  contactsPath,
  type Folder,
  readContacts,
  readFolders,
} from '../graph/contacts.ts'
import { PhotoPanel } from '../photo/photo-panel.tsx'
import { Entry } from '../ui/entry.tsx'
import { Page } from '../ui/layout.tsx'
import { ErrorNotice } from '../ui/notice.tsx'
import { Tree } from '../ui/tree.tsx'
import { useWords } from '../words/use-words.ts'
import { ListFace, useFaces } from './list-face.tsx'
import { OwnerChooser } from './owner-chooser.tsx'
import { useChosen } from './use-chosen.ts'
import { useList, useSettled } from './use-list.ts'
import type { ViewProps } from './view-props.ts'

/** Of the mailbox itself; no folder has an empty id. */
const mailbox = ''

export function View({ graph }: ViewProps) {
  const words = useWords().contacts
  const [folder, setFolder] = useState(mailbox)
  const [text, setText] = useState('')
  const list = useList(graph, readContacts, contactsPath(folder || undefined, useSettled(text)))
  const [chosen, choose] = useChosen()
  const faces = useFaces(graph, contactPermissions)
  const [edition, setEdition] = useState(0)
  const changed = (path: string) => {
    faces.forget(path)
    setEdition(before => before + 1)
  }
  const openFolder = (id: string) => {
    setFolder(id)
    setText('')
    choose(undefined)
  }
  return (
    <Page title={words.title} lead={words.lead}>
      <OwnerChooser
        words={words}
        list={list}
        text={text}
        onText={setText}
        chosen={chosen}
        onChoose={choose}
        above={<Folders graph={graph} chosen={folder} onChoose={openFolder} />}
        entry={contact => (
          <Entry
            face={
              <ListFace
                faces={faces}
                owner={contactPath(contact.id)}
                name={contact.name}
                size={44}
                edition={edition}
              />
            }
            name={contact.name}
            detail={detailOf(contact)}
          />
        )}
        panel={contact => (
          <ContactPanel key={contact.id} graph={graph} contact={contact} onChanged={changed} />
        )}
      />
    </Page>
  )
}

type FoldersProps = Pick<ViewProps, 'graph'> &
  Readonly<{ chosen: string; onChoose: (id: string) => void }>

/** Nothing where there are no folders: the contacts are all in one place then. */
function Folders({ graph, chosen, onChoose }: FoldersProps) {
  const words = useWords().contacts
  const [folders, setFolders] = useState<readonly Folder[]>([])
  const [problem, setProblem] = useState<unknown>()
  const [attempt, setAttempt] = useState(0)
  // Another attempt reads again.
  useEffect(() => {
    const leaving = new AbortController()
    setProblem(undefined)
    readFolders(graph, leaving.signal).then(setFolders, error => {
      if (!leaving.signal.aborted) setProblem(error)
    })
    return () => leaving.abort()
  }, [graph, attempt])
  if (problem !== undefined) {
    return <ErrorNotice problem={problem} onRetry={() => setAttempt(attempt + 1)} />
  }
  if (folders.length === 0) return null
  const outermost = { id: mailbox, name: words.mailbox, parentId: undefined }
  return (
    <Tree
      label={words.folders}
      nodes={[outermost, ...folders]}
      chosen={chosen}
      onChoose={onChoose}
    />
  )
}

type PanelProps = Pick<ViewProps, 'graph'> &
  Readonly<{ contact: Contact; onChanged: (path: string) => void }>

function ContactPanel({ graph, contact, onChanged }: PanelProps) {
  const path = contactPath(contact.id)
  const owner = useMemo(() => ({ path, permissions: contactPermissions }), [path])
  const changed = useCallback(() => onChanged(path), [onChanged, path])
  const about = detailOf(contact)
  return (
    <section aria-label={contact.name}>
      <PhotoPanel
        graph={graph}
        owner={owner}
        name={contact.name}
        {...(about !== undefined && { about })}
        onChanged={changed}
      />
    </section>
  )
}

function detailOf({ title, company, mail }: Contact): string | undefined {
  return [title, company].filter(text => text !== undefined).join(' · ') || mail
}
