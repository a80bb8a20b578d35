/**
 * The package's only entry for programs. It can be imported by a Node.js that is too old for Visage, so that
 * `startVisage` says so; what it starts is start-visage.ts.
 */
import type { Visage, VisageOptions } from './dev/start-visage.ts'
import { explainOldNode } from './version.ts'

export type {
  AppTokenOrder,
  TokenOrder,
  UserTokenOrder,
  Visage,
  VisageOptions,
  VisageRequest,
} from './dev/start-visage.ts'

/**
 * Rejects with a TypeError for an option that there is not, or that is of the wrong kind, and with an Error
 * where Node.js is too old.
 */
export async function startVisage(options: VisageOptions = {}): Promise<Visage> {
  const refusal = explainOldNode(process.versions.node)
  if (refusal !== undefined) throw new Error(refusal)
  const started = await import('./dev/start-visage.ts')
  return await started.startVisage(options)
}
