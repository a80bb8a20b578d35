/**
 * The address of the worker, as the page's policy demands: with `require-trusted-types-for 'script'` a browser starts
 * a worker only from an address that a policy has passed. This one passes the page's own worker and nothing else, so
 * no text from outside can become a script through it.
 */
import ownAddress from './cut-worker.ts?worker&url'

type Policy = Readonly<{ createScriptURL: (address: string) => unknown }>
type TrustedTypes = Readonly<{ createPolicy: (name: string, rules: Policy) => Policy }>

const passOwn = (address: string) => {
  if (address !== ownAddress) throw new TypeError(`not the worker of this page: ${address}`)
  return address
}

/** Made once: a second policy of the same name is refused. Browsers without trusted types take the text. */
const policy: Policy = (
  globalThis as Readonly<{ trustedTypes?: TrustedTypes }>
).trustedTypes?.createPolicy('visage-worker', { createScriptURL: passOwn }) ?? {
  createScriptURL: passOwn,
}

export function startWorker(): Worker {
  return new Worker(policy.createScriptURL(ownAddress) as string, { type: 'module' })
}
