/**
 * Programs with no address but Microsoft's own: their connections lead to Visage, as by a line in the hosts file, and they
 * trust its certificate. Nothing else about them is changed, and a connection to any other host fails.
 */
import assert from 'node:assert/strict'
import { Socket, type TcpSocketConnectOpts } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { ClientSecretCredential } from '@azure/identity'
import { ConfidentialClientApplication } from '@azure/msal-node'
import { Client, ResponseType } from '@microsoft/microsoft-graph-client'
import { tenantId } from '../../src/dev/demo/tenant.ts'
import type { CloudName } from '../../src/tokens/clouds.ts'
import { startVisage, type Visage } from '../../src/visage.ts'
import { assertShows, ownBytes } from './stand.ts'

const clientId = '22222222-bbbb-4bbb-8bbb-000000000001'
const clientSecret = 'any'

/** Leads the connections of this process to `to`; returns how to undo it. Throws in whoever asks another host. */
function leadHosts(hosts: readonly string[], to: number): () => void {
  const { connect } = Socket.prototype
  Socket.prototype.connect = function (this: Socket, ...args: unknown[]) {
    const [first] = args
    const options = (Array.isArray(first) ? first[0] : first) as TcpSocketConnectOpts
    assert.ok(
      hosts.includes(options.host ?? '') && Number(options.port) === 443,
      `asked ${options.host}`,
    )
    Object.assign(options, { host: '127.0.0.1', port: to })
    return connect.apply(this, args as Parameters<typeof connect>)
  }
  return () => {
    Socket.prototype.connect = connect
  }
}

const clouds: readonly (readonly [CloudName, graph: string, sign: string])[] = [
  ['global', 'graph.microsoft.com', 'login.microsoftonline.com'],
  ['usgov', 'graph.microsoft.us', 'login.microsoftonline.us'],
  ['china', 'microsoftgraph.chinacloudapi.cn', 'login.partner.microsoftonline.cn'],
]

for (const [as, graph, sign] of clouds) {
  describe(`an unchanged program of the cloud ${as}`, () => {
    let visage: Visage
    let undo = () => {}
    const trusted = getCACertificates('default')

    before(async () => {
      visage = await startVisage({ https: true, as, photos: 'none' })
      setDefaultCACertificates([...trusted, visage.certificate ?? ''])
      undo = leadHosts([graph, sign], Number(new URL(visage.url).port))
    })
    after(async () => {
      undo()
      setDefaultCACertificates(trusted)
      await visage.close()
    })

    const scopes = [`https://${graph}/.default`]

    test('signs in by MSAL, and sets and reads a photo', async () => {
      const auth = { clientId, clientSecret, authority: `https://${sign}/${tenantId}` }
      const program = new ConfidentialClientApplication({ auth })
      const token = async () => {
        const found = await program.acquireTokenByClientCredential({ scopes })
        return found?.accessToken ?? ''
      }
      const client = Client.initWithMiddleware({
        baseUrl: `https://${graph}/`,
        authProvider: { getAccessToken: token },
      })
      const picture = await visage.picture('unchanged')
      const photo = '/users/alice@visage.example/photo/$value'
      await client.api(photo).header('content-type', 'image/jpeg').put(ownBytes(picture))
      const read = await client.api(photo).responseType(ResponseType.ARRAYBUFFER).get()
      await assertShows(new Uint8Array(read), picture)
      const list = await client.api('/users').top(2).get()
      assert.match(list['@odata.nextLink'], new RegExp(`^https://${graph}/v1\\.0/users`))
      assert.equal((await client.api(list['@odata.nextLink']).get()).value.length, 2)
    })

    test('signs in by Azure Identity', async () => {
      const authorityHost = `https://${sign}`
      const credential = new ClientSecretCredential(tenantId, clientId, clientSecret, {
        ...(as !== 'global' && { authorityHost }),
      })
      const { token } = await credential.getToken(scopes)
      const headers = { authorization: `Bearer ${token}` }
      const answer = await fetch(`https://${graph}/v1.0/users/bob@visage.example`, { headers })
      assert.equal(answer.status, 200)
    })
  })
}
