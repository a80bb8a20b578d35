/**
 * A comparison of servers is valid only if they answer with the same bytes.
 */

const probes = 20

/** Throws when two addresses of the same person's photo do not give the same picture. */
export async function expectSameBytes(
  users: number,
  token: string | undefined,
  urls: (index: number) => readonly string[],
): Promise<void> {
  for (let probe = 0; probe < probes; probe++) {
    const addresses = urls(Math.floor((probe * users) / probes))
    const bodies = await Promise.all(addresses.map(url => readPicture(url, token)))
    if (bodies.some(body => !body.equals(bodies[0] ?? body))) {
      throw new Error(`not the same picture: ${addresses.join(' ')}`)
    }
  }
}

export async function readPicture(url: string, token: string | undefined): Promise<Buffer> {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
  const response = await fetch(url, { headers })
  const body = Buffer.from(await response.arrayBuffer())
  const isJpeg = response.headers.get('content-type') === 'image/jpeg' && body[0] === 0xff
  if (response.status === 200 && isJpeg) return body
  throw new Error(`${url} answered ${response.status}: ${body.toString('latin1', 0, 300)}`)
}
