/** Table: every fault, in the order of the table in docs/reliability.md. A line here adds one. */
import type { Fault } from './fault.ts'
import { sigkill } from './sigkill.ts'

export const faults: readonly Fault[] = [sigkill]
