/**
 * The applications in `app/`: pages that use clients of Graph as anybody's page does, bundled by Vite and served at an origin
 * of their own.
 */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join } from 'node:path'
import { build } from 'vite'

export type App = Readonly<{
  /** `http://localhost:12345` */
  origin: string
  stop: () => Promise<void>
}>

const folder = join(import.meta.dirname, 'app')
const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
}

/** `names` of pages. */
export async function startApp(names: readonly string[]): Promise<App> {
  const files = await bundle(names)
  const server = createServer(({ url = '/' }, response) => {
    const [path = ''] = url.split('?')
    const content = files.get(path)
    const type = types[extname(path)]
    if (content === undefined || type === undefined) response.writeHead(404).end()
    else response.writeHead(200, { 'content-type': type }).end(content)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  // Of a server that listens on an address, not on a pipe.
  const { port } = server.address() as AddressInfo
  return {
    origin: `http://localhost:${port}`,
    async stop() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

/** Path, content. */
async function bundle(names: readonly string[]): Promise<ReadonlyMap<string, string | Uint8Array>> {
  const built = await build({
    root: folder,
    configFile: false,
    logLevel: 'error',
    build: {
      write: false,
      target: 'es2024',
      minify: false,
      rollupOptions: { input: names.map(name => join(folder, `${name}.html`)) },
    },
  })
  const outputs = 'output' in built ? [built] : Array.isArray(built) ? built : []
  return new Map(
    outputs
      .flatMap(({ output }) => output)
      .map(file => [`/${file.fileName}`, file.type === 'chunk' ? file.code : file.source]),
  )
}
