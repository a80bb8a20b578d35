/** The frame and the view for somebody who is signed in. */
import { Suspense, useEffect, useMemo, useRef, useState } from 'react'
import { Banners } from './banners.tsx'
import { openGraph } from './open-graph.ts'
import type { Configuration } from './sign-in/configuration.ts'
import type { Memory } from './sign-in/errand.ts'
import type { Browser } from './sign-in/leaving.ts'
import type { Session } from './sign-in/session.ts'
import { Broken, Nothing } from './stand-ins.tsx'
import { AccountMenu } from './ui/account-menu.tsx'
import { Boundary } from './ui/boundary.tsx'
import { Frame } from './ui/frame.tsx'
import { headingId } from './ui/layout.tsx'
import { usePlace } from './ui/place.ts'
import { useSay } from './ui/status.tsx'
import { ViewSkeleton } from './ui/view-skeleton.tsx'
import { useOwnPicture } from './use-own-picture.ts'
import { views } from './views/all.ts'
import { type FoundView, findView } from './views/find-view.ts'
import { Permitted } from './views/permitted.tsx'
import type { ViewProps } from './views/view-props.ts'
import { useWords } from './words/use-words.ts'

type Props = Pick<Browser, 'base' | 'fetch'> &
  Readonly<{
    configuration: Configuration
    session: Session
    memory: () => Memory
    onSignOut: () => void
  }>

const nobody = { name: '', signInName: '' }

export function SignedInApp(props: Props) {
  const { configuration, session, memory, onSignOut } = props
  const { mode, version, issuer } = configuration
  const words = useWords()
  const { path } = usePlace()
  const { graph, hasEnded, changes } = useGraph(props)
  const picture = useOwnPicture(graph, changes)
  const found = findView(views, path, mode)
  const title = found?.view.title(words) ?? words.frame.notFoundTitle
  useEffect(() => {
    document.title = `${title} · ${words.common.productName}`
  }, [title, words])
  const person = useMemo(() => session.person() ?? nobody, [session])
  const links = views
    .filter(view => view.link === 'navigation' && (view.mode === 'any' || view.mode === mode))
    .map(view => ({ path: view.path, title: view.title(words) }))
  const signIn = (manner: 'open' | 'choose') => {
    const permissions = found?.view.permissions ?? []
    // An issuer that cannot be reached: loading anew says so.
    session.begin({ manner, memory: memory(), permissions }).catch(() => location.reload())
  }
  return (
    <Frame
      links={links}
      account={
        <AccountMenu
          {...person}
          picture={picture}
          onSwitch={mode === 'dev' ? () => signIn('choose') : undefined}
          onSignOut={onSignOut}
        />
      }
      banner={<Banners hasEnded={hasEnded} onSignIn={() => signIn('open')} />}
    >
      <Boundary resetKey={path} fallback={error => <Broken error={error} title={title} />}>
        <Suspense fallback={<ViewSkeleton />}>
          {found ? (
            <Permitted session={session} memory={memory} permissions={found.view.permissions}>
              <Shown found={found} view={{ graph, person, picture, mode, version, issuer }} />
            </Permitted>
          ) : (
            <Nothing />
          )}
          <Arrival path={path} />
        </Suspense>
      </Boundary>
    </Frame>
  )
}

/** The graph of this session, whether the session has ended, and how often one's own photo was changed. */
function useGraph({ base, fetch, session, memory }: Props) {
  const words = useWords()
  const say = useSay()
  const [hasEnded, setHasEnded] = useState(false)
  const [changes, setChanges] = useState(0)
  const told = useRef({ words, say })
  told.current = { words, say }
  const graph = useMemo(
    () =>
      openGraph({
        base,
        fetch,
        tokenFor: permissions => session.tokenFor(permissions, memory()),
        hasAsked: session.hasAsked,
        onBusy: seconds => told.current.say(told.current.words.frame.busy({ seconds })),
        onEnded: () => setHasEnded(true),
        onOwnPhotoChanged: () => setChanges(count => count + 1),
      }),
    [base, fetch, session, memory],
  )
  return { graph, hasEnded, changes }
}

type ShownProps = Readonly<{
  found: FoundView<(typeof views)[number]>
  view: Omit<ViewProps, 'parameters'>
}>

function Shown({ found, view }: ShownProps) {
  const View = found.view.component
  return <View {...view} parameters={found.parameters} />
}

/** Moves the focus to the heading when another view has come; not when the page opens. */
function Arrival({ path }: Readonly<{ path: string }>) {
  const arrivedAt = useRef(path)
  useEffect(() => {
    if (arrivedAt.current === path) return
    arrivedAt.current = path
    document.getElementById(headingId)?.focus()
  }, [path])
  return null
}
