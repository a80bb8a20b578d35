/**
 * Alice at a browser, for programs that have none: POST the address of a sign-in page, or of the page for device codes
 * with the code, to this server, and she signs in. The answer is the address that the browser was sent to at the end.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { openBrowser } from '../dev/issuer/stand.ts'

type Issuer = Readonly<{ origin: string; certificate: string }>

export type Person = AsyncDisposable & Readonly<{ url: string }>

export async function startPerson(issuer: Issuer): Promise<Person> {
  const server = createServer((request, response) => {
    text(request)
      .then(body => signIn(issuer, new URLSearchParams(body)))
      .then(
        landed => response.end(landed),
        error => response.writeHead(500).end(String(error)),
      )
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}

async function signIn(issuer: Issuer, asked: URLSearchParams): Promise<string> {
  const browser = openBrowser(issuer)
  const page = await browser.visit(asked.get('address') ?? '')
  const code = asked.get('code')
  const chooser =
    code === null ? page : await browser.submit(await browser.submit(page, { user_code: code }), {})
  return (await browser.submit(chooser, { person: 'alice@visage.example' })).url
}
