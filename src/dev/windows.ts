/**
 * What the developer's pages ask of `visage dev`: the latest calls, the faults, and what a token can be made of. Each
 * address is behind the door of window-door.ts. `visage serve` has none of it.
 */
import type { WriteLine } from '../events.ts'
import { type Choices, createChoicesEndpoint } from './choices-endpoint.ts'
import type { Faults } from './faults/inject.ts'
import { createFaultsEndpoint, faultsPath } from './faults-endpoint.ts'
import type { Recent } from './journal/recent.ts'
import { createRequestsEndpoint } from './requests-endpoint.ts'
import type { Handle } from './window-door.ts'

type Windows = Readonly<{
  handle: Handle
  /** Ends the streams, which would keep the server from closing. */
  close: () => void
}>

type WindowParts = Readonly<{ recent: Recent; faults: Faults; choices: Choices; write: WriteLine }>

export function openWindows(
  origin: string,
  { recent, faults, choices, write }: WindowParts,
): Windows {
  const requests = createRequestsEndpoint({ origin, recent })
  const onError = (error: unknown) =>
    write('error', { event: 'order', path: faultsPath, error: String(error) })
  const handlers = [
    requests.handle,
    createFaultsEndpoint({ origin, faults, onError }),
    createChoicesEndpoint(origin, choices),
  ]
  return {
    handle: (req, res) => handlers.some(handle => handle(req, res)),
    close: requests.close,
  }
}
