/** Tests of the signature of a GET: against the example of AWS, and against the official signer. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { S3Client } from '@aws-sdk/client-s3'
import fc from 'fast-check'
import { createSign, encodeName } from '../../src/storage/s3-signature.ts'

// https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html, GET Object
test('the example of AWS has the signature that AWS gives', () => {
  const headers = createSign()(
    {
      host: 'examplebucket.s3.amazonaws.com',
      path: '/test.txt',
      range: 'bytes=0-9',
      region: 'us-east-1',
      atMs: Date.UTC(2013, 4, 24),
    },
    {
      accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
      secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
    },
  )
  assert.equal(
    headers.authorization,
    'AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
  )
})

test('any GET is signed as the official signer signs it', async () => {
  const word = fc.stringMatching(/^[A-Za-z0-9/+=]{1,40}$/)
  const given = fc.record({
    name: fc.stringMatching(/^[\w.!*'()-]{1,20}(\/[\w.!*'()-]{1,20}){0,3}$/),
    region: fc.constantFrom('us-east-1', 'eu-west-3', 'default'),
    atMs: fc.integer({ min: Date.UTC(2000, 0), max: Date.UTC(2099, 0) }),
    length: fc.integer({ min: 1, max: 1_000_000 }),
    accessKeyId: word,
    secretAccessKey: word,
    sessionToken: fc.option(word, { nil: undefined }),
  })
  const sign = createSign()
  await fc.assert(
    fc.asyncProperty(given, async ({ name, region, atMs, length, ...keys }) => {
      const [host, range] = ['photos.example:9000', `bytes=0-${length - 1}`]
      const path = `/bucket/${encodeName(name)}`
      const { authorization, ...headers } = sign({ host, path, range, region, atMs }, keys)
      const { sessionToken, ...others } = keys
      const credentials = { ...others, ...(sessionToken !== undefined && { sessionToken }) }
      const client = new S3Client({ credentials, region })
      const signer = await client.config.signer()
      const request = {
        ...{ protocol: 'https:', hostname: 'photos.example', port: 9000, method: 'GET' },
        ...{ path, query: {}, headers },
      }
      const official = await signer.sign(request, { signingDate: new Date(atMs) })
      assert.equal(authorization, official.headers.authorization)
    }),
  )
})
