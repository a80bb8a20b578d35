/** A bucket of its own for a test, in an S3 store that a test has started. */
import { randomBytes } from 'node:crypto'
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'
import type { S3Location } from '../../src/storage/location.ts'

export type S3Credentials = Readonly<{ accessKeyId: string; secretAccessKey: string }>

export async function createBucket(
  endpoint: string,
  credentials: S3Credentials,
): Promise<S3Location> {
  const bucket = `visage-${randomBytes(6).toString('hex')}`
  const region = 'us-east-1'
  const client = new S3Client({ endpoint, region, credentials, forcePathStyle: true })
  await client.send(new CreateBucketCommand({ Bucket: bucket }))
  client.destroy()
  return { bucket, prefix: 'a/b/', endpoint, region, hasPathStyle: true }
}
