/**
 * The photo of one owner: what is there, how it looks to others, and what can be done with it. What happens when is
 * decided in panel-steps.ts; here it is only drawn.
 */
import { Suspense, useEffect, useRef, useState } from 'react'
import type { Graph } from '../graph/graph.ts'
import type { Owner } from '../graph/photos.ts'
import { Card, Section, Stack } from '../ui/layout.tsx'
import { useWords } from '../words/use-words.ts'
import { EverySize } from './every-size.tsx'
import { Hero } from './hero.tsx'
import { InUse } from './in-use.tsx'
import type { Photo } from './panel-state.ts'
import { isWaiting } from './panel-steps.ts'
import { ConflictDialog, CropDialog } from './parts.ts'
import { type PanelInUse, usePanel } from './use-panel.ts'
import { useVersion, VersionContext } from './use-picture.ts'

export type PhotoPanelProps = Readonly<{
  graph: Graph
  owner: Owner
  /** Whose photo it is. */
  name: string
  /** Stands under the name. */
  about?: string
  /** Whether this kind of photo can be removed: not that of a team. */
  canRemove?: boolean
  /** The photo is another one now: saved, removed, put back, or changed by somebody else. */
  onChanged?: () => void
}>

/** A new owner gets a new panel: nothing of the former one is shown for a moment. */
export function PhotoPanel(props: PhotoPanelProps) {
  return <OwnPanel key={props.owner.path} {...props} />
}

function OwnPanel(props: PhotoPanelProps) {
  const { graph, name, about, canRemove = true, onChanged } = props
  const [owner] = useState(props.owner)
  const [rights, askForRights] = useRights(graph, owner)
  const panel = usePanel(graph, owner, rights)
  const { state } = panel
  useChangeReport(state.photo, onChanged)
  const version = useVersion(graph, owner, state.photo)
  return (
    <VersionContext value={version}>
      <Stack gap="l">
        <Card>
          <Hero
            panel={panel}
            name={name}
            isOwn={owner.path === '/me'}
            about={about}
            canRemove={canRemove}
            onUnlock={rights === 'unasked' ? askForRights : undefined}
            framing={isContact(owner) ? 'whole' : 'circle'}
          />
        </Card>
        {!isContact(owner) && <Examples photo={state.photo} name={name} />}
      </Stack>
      <Suspense>
        <OpenDialog panel={panel} graph={graph} owner={owner} name={name} />
      </Suspense>
    </VersionContext>
  )
}

/** Who only looks is not sent to the issuer for the right to change. */
function useRights(graph: Graph, { changing }: Owner) {
  const [rights, setRights] = useState<'asked' | 'unasked'>(() =>
    changing === undefined || graph.hasAsked?.(changing) !== false ? 'asked' : 'unasked',
  )
  return [rights, () => setRights('asked')] as const
}

function useChangeReport(photo: Photo | 'unread', onChanged: (() => void) | undefined): void {
  const etag = typeof photo === 'string' ? photo : photo.etag
  const known = useRef(etag)
  useEffect(() => {
    const former = known.current
    known.current = etag
    if (former !== 'unread' && former !== etag) onChanged?.()
  }, [etag, onChanged])
}

function Examples({ photo, name }: Readonly<{ photo: Photo | 'unread'; name: string }>) {
  const words = useWords().photo
  return (
    <>
      <Section title={words.inUse}>
        <InUse name={name} />
      </Section>
      {typeof photo !== 'string' && (
        <Section title={words.everySize}>
          <EverySize name={name} side={Math.min(photo.width, photo.height)} />
        </Section>
      )}
    </>
  )
}

type DialogProps = Readonly<{ panel: PanelInUse; graph: Graph; owner: Owner; name: string }>

function OpenDialog({ panel, graph, owner, name }: DialogProps) {
  const words = useWords().photo
  const { phase } = panel.state
  const theirs = phase.name === 'conflict' || phase.name === 'replacing' ? phase.theirs : undefined
  const version = useVersion(graph, owner, theirs ?? 'unread')
  switch (phase.name) {
    case 'cropping':
    case 'saving': {
      const waiting = phase.name === 'saving' && isWaiting(phase) ? phase.pause : undefined
      return (
        <CropDialog
          file={phase.chosen}
          name={name}
          onSave={panel.save}
          onCancel={() => panel.send({ on: 'cancelled' })}
          waiting={waiting && words.busy({ seconds: waiting.secondsLeft })}
        />
      )
    }
    case 'conflict':
    case 'replacing':
      return (
        <VersionContext value={version}>
          <ConflictDialog phase={phase} name={name} send={panel.send} />
        </VersionContext>
      )
    default:
      return null
  }
}

/** "Contacts keep their ratio": their photo is the picture as it is, in one size. */
function isContact({ path }: Owner): boolean {
  return path.includes('/contacts/')
}
