/**
 * A disk for a fault to fill and to turn read-only: a tmpfs of a few megabytes. That needs root on
 * Linux; what needs neither is the kernel's limit on how far a process may write into any file.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export type SmallDisk = AsyncDisposable &
  Readonly<{
    folder: string
    /** To the last byte. */
    fill: () => Promise<void>
    free: () => Promise<void>
    /** False while a file is open for writing: the kernel refuses then. */
    setWritable: (how: 'writable' | 'read-only') => boolean
  }>

const sizeMiB = 24

export function mountSmallDisk(folder: string): SmallDisk {
  runOrThrow('mount', ['-t', 'tmpfs', '-o', `size=${sizeMiB}m,mode=0700`, 'tmpfs', folder])
  const ballast = join(folder, 'ballast')
  return {
    folder,
    fill: () => fillUp(ballast),
    free: () => rm(ballast, { force: true }),
    setWritable: how =>
      spawnSync('mount', ['-o', `remount,${how === 'writable' ? 'rw' : 'ro'}`, folder]).status ===
      0,
    async [Symbol.asyncDispose]() {
      runOrThrow('umount', ['-l', folder])
    },
  }
}

/** Large pieces, then small ones, until not a page is left. */
async function fillUp(path: string): Promise<void> {
  const file = await open(path, 'a')
  try {
    for (const bytes of [1 << 20, 1 << 16, 1 << 12]) {
      const piece = Buffer.alloc(bytes)
      while (await wasWritten(file.write(piece)));
    }
  } finally {
    await file.close()
  }
}

async function wasWritten(writing: Promise<{ bytesWritten: number }>): Promise<boolean> {
  try {
    return (await writing).bytesWritten > 0
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOSPC') return false
    throw error
  }
}

/** Limits the size of files that the process writes; undefined: no limit. */
export function limitFileSize(pid: number, bytes: number | undefined): void {
  runOrThrow('prlimit', ['--pid', String(pid), `--fsize=${bytes ?? 'unlimited'}:`])
}

function runOrThrow(program: string, args: readonly string[]): void {
  const { status, stderr, error } = spawnSync(program, args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${error?.message ?? stderr}`)
}

export function whyNoSmallDisk(): string | undefined {
  if (process.platform !== 'linux') return 'needs tmpfs, which Linux has'
  if (process.getuid?.() !== 0) return 'needs root, to mount a small tmpfs'
  const folder = mkdtempSync(join(tmpdir(), 'visage-mount-'))
  try {
    mountSmallDisk(folder)
    return spawnSync('umount', [folder]).status === 0 ? undefined : 'cannot unmount a tmpfs here'
  } catch (error) {
    return `cannot mount a tmpfs here: ${error instanceof Error ? error.message.trim() : error}`
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

export function whyNoFileLimit(): string | undefined {
  if (process.platform !== 'linux') return 'needs prlimit, which Linux has'
  const { status } = spawnSync('prlimit', ['--version'])
  return status === 0 ? undefined : 'needs the program prlimit (util-linux)'
}
