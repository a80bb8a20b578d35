/** That V8 is told; what it does with it is in decision 35, and differs from machine to machine. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'

const module = JSON.stringify(join(import.meta.dirname, '../../src/serving/heap-room.ts'))

/** A number that differs with each set of V8's flags. */
const tagAfter = async (before: string, ...flags: readonly string[]) => {
  const script = `${before}\nimport { cachedDataVersionTag } from 'node:v8'\nconsole.log(cachedDataVersionTag())`
  const args = [...flags, '--input-type=module', '--eval', script]
  return (await promisify(execFile)(process.execPath, args)).stdout
}

test('a server tells V8 to let its old objects double', async () => {
  const told = await tagAfter(`import { letHeapDouble } from ${module}\nletHeapDouble()`)
  assert.equal(told, await tagAfter('', '--heap-growing-percent=100'))
  assert.notEqual(told, await tagAfter(''))
})
