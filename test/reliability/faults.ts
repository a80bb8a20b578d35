/** Table: every fault, in the order of the table in docs/reliability.md. A line here adds one. */
import { clockJumps } from './clock-jumps.ts'
import { connections } from './connections.ts'
import { diskFull, diskReadOnly, diskRefuses } from './disk-faults.ts'
import type { Fault } from './fault.ts'
import { postgresFaults } from './postgres-faults.ts'
import { heavyPictures, renderersKilled } from './renderers.ts'
import { s3Faults } from './s3-faults.ts'
import { shutdown } from './shutdown.ts'
import { sigkill } from './sigkill.ts'

export const faults: readonly Fault[] = [
  sigkill,
  diskFull,
  diskReadOnly,
  diskRefuses,
  clockJumps,
  connections,
  shutdown,
  renderersKilled,
  heavyPictures,
  ...postgresFaults,
  ...s3Faults,
]
