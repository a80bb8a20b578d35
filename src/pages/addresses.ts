/**
 * Which addresses are the page's. They are compared as they arrived, without decoding. Another spelling is not the page's, so a
 * mistyped address of the API never becomes HTML with 200.
 */

export type Mode = 'dev' | 'serve'

const everywhere = ['/', '/groups', '/contacts', '/settings', '/people']

/** The paths of views, all answered with the same HTML. */
const views: Readonly<Record<Mode, ReadonlySet<string>>> = {
  serve: new Set(everywhere),
  dev: new Set([...everywhere, '/requests', '/tokens']),
}

const person = /^\/people\/[^/]+$/
/** As Vite names them: `main-B4kX_9aZ.js`. */
const asset = /^\/assets\/([\w.-]+-[\w-]{8}\.[a-z\d]+)$/

const configPath = '/.well-known/visage.json'

/** What a request of the page is for; undefined for every other address. */
export type Wanted = 'html' | 'config' | Readonly<{ asset: string }>

export function wantedAt(url: string, mode: Mode): Wanted | undefined {
  const end = url.indexOf('?')
  const path = end < 0 ? url : url.slice(0, end)
  if (views[mode].has(path) || person.test(path)) return 'html'
  if (path === configPath) return 'config'
  const name = asset.exec(path)?.[1]
  return name === undefined ? undefined : { asset: name }
}
