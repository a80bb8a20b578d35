/**
 * A reader follows a request through few files: how many files of src have a function that is called for one request
 * to `visage serve`. Before you raise a number, look for a file that only passes the request on.
 */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { type Coverage, inspected, startCoverage } from '../support/coverage.ts'
import { portraitJpeg } from '../support/pictures.ts'
import { contoso, ourAudience, startTestIssuer, v2User } from '../support/test-issuer.ts'
import { inFolder, startVisage } from '../support/visage.ts'

const maxFiles = { GET: 20, PUT: 35 }
/** The log is not counted: it only writes the line about a change. */
const logFile = 'monitoring/log.ts'

/** Requests that fill caches, then requests that are measured. */
const warmUps = 5
const samples = 5

describe('a warm request for a photo', () => {
  let issuer: Awaited<ReturnType<typeof startTestIssuer>>
  before(async () => {
    issuer = await startTestIssuer()
  })
  after(() => issuer[Symbol.asyncDispose]())

  test('calls functions in few files', () =>
    inFolder(async cwd => {
      const iss = `${issuer.origin}/${contoso}/v2.0`
      const env = {
        ...inspected,
        VISAGE_ISSUER: iss,
        VISAGE_ISSUER_PRESET: 'entra',
        VISAGE_AUDIENCE: ourAudience,
      }
      const visage = await startVisage(['serve', '--port', '0'], { cwd, env })
      const photo = `${visage.origin}/v1.0/me/photo/$value`
      const authorization = `Bearer ${issuer.sign(v2User(Date.now(), { iss }))}`
      const picture = await portraitJpeg({ width: 300, height: 300, seed: 15 })
      const requests = {
        GET: () => fetch(photo, { headers: { authorization } }),
        PUT: () =>
          fetch(photo, {
            method: 'PUT',
            headers: { authorization, 'content-type': 'image/jpeg' },
            // Bytes after the picture make each upload another one.
            body: Buffer.concat([picture, randomBytes(8)]),
          }),
      }
      const send = async (method: keyof typeof requests) => {
        const response = await requests[method]()
        await response.arrayBuffer()
        assert.equal(response.status, 200, method)
      }
      for (let warmUp = 0; warmUp < warmUps; warmUp++)
        for (const method of methods) await send(method)
      const coverage = await startCoverage(visage.stderr())
      for (const method of methods) {
        const names = await filesCalledBy(() => send(method), coverage)
        const message = `${method} calls functions in ${names.length} files:\n${names.join('\n')}`
        assert.ok(names.includes('graph/answer.ts'), message)
        assert.ok(names.length <= maxFiles[method], message)
      }
      coverage.close()
      await visage.stop()
    }))
})

const methods = ['PUT', 'GET'] as const

/** The files that are called in every sample, so that a timer in the background does not count. */
async function filesCalledBy(work: () => Promise<void>, coverage: Coverage): Promise<string[]> {
  let files: string[] | undefined
  for (let sample = 0; sample < samples; sample++) {
    await coverage.takeFiles()
    await work()
    const called = await coverage.takeFiles()
    files = (files ?? [...called]).filter(file => called.has(file) && file !== logFile)
  }
  return (files ?? []).sort()
}
