/**
 * Whether programs that are not npm packages are on this machine. A skipped test names the missing program.
 */
import { execFile } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'

/** For `skip` of a test: why it cannot run, or false. */
export function whyMissing(...programs: readonly string[]): string | false {
  const missing = programs.filter(program => !isInstalled(program))
  return missing.length > 0 && `not run: no ${missing.join(', ')} here`
}

function isInstalled(program: string): boolean {
  return placesOf(program).length > 0
}

function placesOf(program: string): readonly string[] {
  // Debian installs nginx here, which is not in an ordinary user's PATH.
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin']
  return folders
    .map(folder => join(folder, program))
    .filter(path => {
      try {
        accessSync(path, constants.X_OK)
        return true
      } catch {
        return false
      }
    })
}

export type OldNode = Readonly<{ path: string; version: string }>

/** A Node.js on this machine that Visage does not run on. */
export async function findOldNode(): Promise<OldNode | undefined> {
  for (const path of placesOf('node')) {
    const { stdout } = await promisify(execFile)(path, ['--version'])
    const version = stdout.trim().replace(/^v/, '')
    if (Number.parseInt(version, 10) < 24) return { path, version }
  }
  return undefined
}
