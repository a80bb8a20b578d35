/** The entry of the page: what it needs of the browser, and the app into the document. */
import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'
import { keep } from './history.ts'
import type { Browser } from './sign-in/leaving.ts'
import { PartGone } from './ui/boundary.tsx'
import './ui/page.css'

// A variable, because the build would take `new URL('..', import.meta.url)` for a file.
const script = import.meta.url
const base = new URL(import.meta.env.DEV ? '/' : '..', script).href

const browser: Browser = {
  base,
  // Asked for when it is needed: a browser that keeps nothing for sites throws already at its name.
  store: {
    getItem: name => sessionStorage.getItem(name),
    setItem: (name, value) => sessionStorage.setItem(name, value),
    removeItem: name => sessionStorage.removeItem(name),
  },
  fetch: (address, init) => fetch(address, init),
  now: () => Date.now(),
  leave: (address, manner) => {
    if (manner === 'instead') return location.replace(address)
    // Who comes back from the issuer without having chosen is signed in silently, if they can be.
    keep({ signedIn: true })
    location.assign(address)
  },
}

// Back from the issuer, a browser may show this page as it was left, in the midst of a sign-in.
addEventListener('pageshow', event => {
  if (event.persisted) location.reload()
})

/** Beside what the page itself says. A part that an upgrade has removed is no fault to look for. */
function logCaught(error: unknown): void {
  if (!(error instanceof PartGone)) console.error(error)
}

const place = document.getElementById('page')
if (place) createRoot(place, { onCaughtError: logCaught }).render(<App browser={browser} />)
