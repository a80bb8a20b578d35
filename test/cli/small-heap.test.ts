/** The heap of a command that makes much garbage and keeps nothing. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'

const module = JSON.stringify(join(import.meta.dirname, '../../src/cli/small-heap.ts'))

/** The median: on a slow machine the space is larger or smaller for a moment, while a collection is under way. */
const work = `
  const sizeOfSpace = () =>
    v8.getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space').space_size
  let kept = []
  const sizes = []
  for (let round = 0; round < 200_000; round += 1) {
    kept.push({ round, text: String(round).repeat(20) })
    if (kept.length < 5_000) continue
    sizes.push(sizeOfSpace())
    kept = []
  }
  console.log(sizes.sort((a, b) => a - b)[sizes.length / 2])`

test('the space for young objects keeps its size while garbage is made', async () => {
  const sizeAfter = async (before: string) => {
    const program = `import v8 from 'node:v8'\n${before}\n${work}`
    const args = ['--input-type=module', '--eval', program]
    return Number((await promisify(execFile)(process.execPath, args)).stdout)
  }
  const small = await sizeAfter(`import { keepHeapSmall } from ${module}\nkeepHeapSmall()`)
  assert.ok(small * 2 <= (await sizeAfter('')), `${small} bytes`)
})
