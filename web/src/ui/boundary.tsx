/** Catches what a view throws while it is shown: a part of the page that an upgrade has removed, or a fault of ours. */
import { Component, type ReactNode } from 'react'

/** A lazily loaded part of the page could not be had. */
export class PartGone extends Error {}

type Props = Readonly<{
  /** Another key forgets the error: another view was opened. */
  resetKey: string
  fallback: (error: unknown) => ReactNode
  children: ReactNode
}>
type State = Readonly<{ caught: readonly [unknown] | undefined; resetKey: string }>

export class Boundary extends Component<Props, State> {
  override state: State = { caught: undefined, resetKey: this.props.resetKey }

  static getDerivedStateFromError(error: unknown): Partial<State> {
    return { caught: [error] }
  }

  static getDerivedStateFromProps({ resetKey }: Props, state: State): State | null {
    return state.resetKey === resetKey ? null : { caught: undefined, resetKey }
  }

  override render(): ReactNode {
    const { fallback, children } = this.props
    return this.state.caught ? fallback(this.state.caught[0]) : children
  }
}
