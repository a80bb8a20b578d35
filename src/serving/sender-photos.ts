/**
 * How this process takes photos of senders over SCIM: from which hosts, how many at a time, and how long a sender waits
 * for one. What becomes of a photo is decided in scim/photos.ts.
 */
import { maxUploadBytes } from '../call.ts'
import { guardedGet, type Network } from '../outbound/guarded-get.ts'
import { createQueue } from '../renditions/queue.ts'
import type { ScimPhotos } from '../scim/photos.ts'

/** A push may send a hundred requests at once; uploads of people need renderers too. */
const atOnce = 4
const maxWaiting = 100
/** Without rendering. Senders wait for half a minute or longer. */
const deadlineMs = 10_000

/** `network`: for tests. */
export function openSenderPhotos(
  hosts: ReadonlySet<string>,
  took: ScimPhotos['took'] = () => {},
  network?: Network,
): ScimPhotos {
  const queue = createQueue({ concurrency: atOnce, maxWaiting })
  return {
    fetch: (address, signal) =>
      guardedGet(address, { hosts, maxBytes: maxUploadBytes, type: 'image', signal }, network),
    inTurn: (work, signal) => queue.run(work, signal),
    deadline: () => AbortSignal.timeout(deadlineMs),
    took,
  }
}
