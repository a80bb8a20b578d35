/** A process is killed while it writes: acknowledged packs are complete, and no pack is torn. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { openDiskPacks } from '../../src/storage/disk.ts'
import { bytesOf, listOf } from '../suites/packs.ts'

test('a process killed during a write leaves every acknowledged pack complete', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'visage-crash-'))
  try {
    const acknowledged: string[] = []
    for (const afterPacks of [1, 7, 20, 33, 50]) {
      acknowledged.push(...(await writeAndKill(folder, afterPacks)))
    }
    const packs = await openDiskPacks(folder)
    const listed = await listOf(packs)
    const present = new Set(listed.map(entry => entry.key))
    assert.deepEqual(
      acknowledged.filter(key => !present.has(key)),
      [],
    )
    for (const { key, bytes } of listed) {
      assert.equal(bytes, 200_000)
      const read = await packs.read(key, 0, 200_000)
      assert.deepEqual(read && Uint8Array.from(read), bytesOf(key, 200_000))
    }
    await packs.removeLeftovers(Date.now() + 1000)
    assert.equal(await packs.removeLeftovers(Date.now() + 1000), 0)
    assert.equal((await listOf(packs)).length, listed.length)
  } finally {
    await rm(folder, { recursive: true })
  }
})

/** Returns the printed keys; the process is killed after `afterPacks` of them. */
async function writeAndKill(folder: string, afterPacks: number): Promise<string[]> {
  const program = join(import.meta.dirname, 'write-until-killed.ts')
  const child = spawn(process.execPath, [program, folder, String(afterPacks)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const closed = once(child, 'close')
  const keys: string[] = []
  for await (const line of createInterface(child.stdout)) {
    keys.push(line)
    if (keys.length === afterPacks) child.kill('SIGKILL')
  }
  await closed
  assert.equal(child.signalCode, 'SIGKILL')
  assert.ok(keys.length >= afterPacks)
  return keys
}
