/**
 * The process that crash.test.ts kills. Writes packs without end, and prints a key after its write
 * was acknowledged.
 */
import { writeSync } from 'node:fs'
import { openDiskPacks } from '../../src/storage/disk.ts'
import { bytesOf, keyOf } from '../suites/packs.ts'

const [folder = '', round = ''] = process.argv.slice(2)
const packs = await openDiskPacks(folder)

async function writeForEver(lane: number): Promise<never> {
  for (let index = 0; ; index += 1) {
    const key = keyOf(`round ${round}, lane ${lane}, pack ${index}`)
    await packs.write(key, bytesOf(key, 200_000))
    writeSync(1, `${key}\n`)
  }
}

await Promise.all([1, 2, 3, 4].map(writeForEver))
