/** What the frame gives to every view. */
import type { Graph } from '../graph/graph.ts'

export type ViewProps = Readonly<{
  graph: Graph
  /** Who has signed in, as the id token says. */
  person: Readonly<{ name: string; signInName: string }>
  /** Of the person, as in the header; undefined while it is not there. */
  picture: Blob | undefined
  mode: 'dev' | 'serve'
  /** Of Visage. */
  version: string
  issuer: string
  /** Parts of the path, such as `id` of `/people/{id}`. */
  parameters: Readonly<Record<string, string>>
}>
