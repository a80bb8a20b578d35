/**
 * The package's only entry for programs. A Node.js that is too old for Visage can import it, so that
 * `startVisage` can say so; dev/start-visage.ts does the work.
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
 * Rejects with a TypeError for an unknown option or a wrong type, and with an Error if Node.js is too old.
 */
export async function startVisage(options: VisageOptions = {}): Promise<Visage> {
  const refusal = explainOldNode(process.versions.node)
  if (refusal !== undefined) throw new Error(refusal)
  const started = await import('./dev/start-visage.ts')
  return await started.startVisage(options)
}
