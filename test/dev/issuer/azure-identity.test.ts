/**
 * The credentials of Graph SDKs against the issuer over https.
 */

import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { ClientSecretCredential, DeviceCodeCredential } from '@azure/identity'
import { decodeJwt } from 'jose'
import {
  app,
  bob,
  consent,
  guestApp,
  openBrowser,
  type Stand,
  startIssuer,
  tenantId,
} from './stand.ts'

describe('@azure/identity', () => {
  let stand: Stand
  before(async () => {
    stand = await startIssuer()
  })
  after(() => stand[Symbol.asyncDispose]())

  const options = () => ({
    authorityHost: stand.origin,
    disableInstanceDiscovery: true,
    tlsOptions: { ca: stand.certificate },
  })

  it('gets an application token for Graph and for the server itself', async () => {
    const { id, secret } = app
    const credential = new ClientSecretCredential(tenantId, id, secret, options())
    for (const resource of ['https://graph.microsoft.com', stand.origin]) {
      const { token, expiresOnTimestamp } = await credential.getToken(`${resource}/.default`)
      assert.deepEqual(decodeJwt(token).roles, consent.roles)
      assert.equal(decodeJwt(token).aud, 'https://graph.microsoft.com')
      assert.ok(expiresOnTimestamp > Date.now() + 50 * 60 * 1000)
    }
  })

  it('signs a person in with a device code', async () => {
    let entered: Promise<unknown> | undefined
    const credential = new DeviceCodeCredential({
      ...options(),
      tenantId,
      clientId: guestApp,
      userPromptCallback: ({ userCode, verificationUri }) => {
        entered = enterCode(verificationUri, userCode)
      },
    })
    const { token } = await credential.getToken('https://graph.microsoft.com/User.ReadWrite')
    await entered
    assert.equal(decodeJwt(token).oid, bob.id)
    assert.equal(decodeJwt(token).scp, 'User.ReadWrite')
  })

  const enterCode = async (address: string, code: string) => {
    const browser = openBrowser(stand)
    const confirm = await browser.submit(await browser.visit(address), { user_code: code })
    await browser.submit(await browser.submit(confirm, {}), { person: 'bob' })
  }
})
