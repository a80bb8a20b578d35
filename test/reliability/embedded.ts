/**
 * `visage serve` for a fault: on a port that stays the same over restarts, trusting the test issuer.
 * Without other settings it is the embedded deployment, SQLite and a folder.
 */
import { contoso, ourAudience, type TestIssuer } from '../support/test-issuer.ts'
import { type Running, startVisage } from '../support/visage.ts'

export type Serve = Readonly<{
  /** The folder of the data and of the process. */
  cwd: string
  issuer: Pick<TestIssuer, 'origin'>
  port: number
  /** Other settings, and the environment. */
  env?: Readonly<Record<string, string>>
}>

export function serve({ cwd, issuer, port, env }: Serve): Promise<Running> {
  return startVisage(['serve'], {
    cwd,
    env: {
      VISAGE_ISSUER: `${issuer.origin}/${contoso}/v2.0`,
      VISAGE_AUDIENCE: ourAudience,
      VISAGE_PORT: String(port),
      ...env,
    },
  })
}

export function originAt(port: number): string {
  return `http://127.0.0.1:${port}`
}
