/** The issuer's origins for the Content-Security-Policy: read in the background, again after a failure, and never trusted blindly. */
import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { watchIssuerOrigins } from '../../src/pages/issuer-origins.ts'
import { startTestIssuer, type TestIssuer } from '../support/test-issuer.ts'

let issuer: TestIssuer
before(async () => {
  issuer = await startTestIssuer()
})
after(() => issuer[Symbol.asyncDispose]())
beforeEach(() => {
  issuer.misbehave(undefined)
  for (const name of Object.keys(issuer.discovery)) delete issuer.discovery[name]
})

function watch(headers: Readonly<Record<string, string>> = { 'access-control-allow-origin': '*' }) {
  const problems: string[] = []
  let nowMs = 0
  const answers: Promise<Response>[] = []
  const { known, end } = watchIssuerOrigins('https://id.example/staff/', {
    origin: 'https://photos.example/base',
    elapsed: () => nowMs,
    write: (severity, { event, problem }) => problems.push(`${severity} ${event} ${problem}`),
    fetch(url, init) {
      const answer = issuer.fetch(url, init).then(async found => {
        return new Response(await found.text(), { status: found.status, headers })
      })
      answers.push(answer)
      return answer
    },
  })
  const pass = (ms: number) => {
    nowMs += ms
  }
  return { known, end, problems, answers, pass }
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise(resolve => setImmediate(resolve))
}

const own = 'https://id.example'

describe('the origins of an issuer', () => {
  test('are its own until its document is read, and then those of its endpoints', async () => {
    Object.assign(issuer.discovery, {
      token_endpoint: 'https://token.example:8443/a',
      userinfo_endpoint: 'https://users.example/b',
      jwks_uri: 'https://keys.example/keys',
      authorization_endpoint: 'https://elsewhere.example/',
    })
    const { known, problems, answers } = watch()
    assert.deepEqual(known(), [own])
    await until(() => known().length > 1)
    assert.deepEqual(known(), [own, 'https://token.example:8443', 'https://keys.example'])
    assert.deepEqual([problems, answers.length], [[], 1])
  })

  test('are asked for again half a minute after a failure, which the log names', async () => {
    issuer.misbehave('status-500')
    const { known, problems, answers, pass } = watch()
    await until(() => problems.length > 0)
    assert.deepEqual(known(), [own])
    assert.match(
      problems.join(),
      /^warning page-sign-in https:\/\/id\.example\/staff\/\.well-known\/openid-configuration cannot be read: .* answered 500$/,
    )
    issuer.misbehave(undefined)
    issuer.discovery.token_endpoint = 'https://token.example/a'
    pass(29_999)
    known()
    assert.equal(answers.length, 1)
    pass(1)
    await until(() => known().includes('https://token.example'))
    assert.equal(answers.length, 2)
  })

  test('are left out of the policy if they are no http addresses', async () => {
    Object.assign(issuer.discovery, {
      token_endpoint: "https://a.example;script-src'unsafe-inline'/",
      jwks_uri: 'javascript:alert(1)',
    })
    const { known, answers } = watch()
    await answers[0]
    for (let turn = 0; turn < 50; turn += 1) await new Promise(resolve => setImmediate(resolve))
    assert.deepEqual(known(), [own])
  })

  test('are no use to a page that may not read them, which the log says', async () => {
    for (const headers of [{}, { 'access-control-allow-origin': 'https://other.example' }]) {
      const { problems } = watch(headers)
      await until(() => problems.length > 0)
      assert.match(problems.join(), /does not let a page at https:\/\/photos\.example read it/)
    }
    issuer.discovery.token_endpoint = 'https://token.example/a'
    const { known, problems } = watch({ 'access-control-allow-origin': 'https://photos.example' })
    await until(() => known().length > 1)
    assert.deepEqual(problems, [])
  })

  test('are not reported as missing when the server ends first', async () => {
    issuer.misbehave('hang')
    const { end, problems, answers } = watch()
    end()
    await assert.rejects(async () => await answers[0])
    await new Promise(resolve => setImmediate(resolve))
    assert.deepEqual(problems, [])
  })
})
