/**
 * Whether programs that no package brings are on this machine. A test that needs them says by name what
 * it could not run.
 */
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** For `skip` of a test: why it cannot run, or false. */
export function whyMissing(...programs: readonly string[]): string | false {
  const missing = programs.filter(program => !isInstalled(program))
  return missing.length > 0 && `not run: no ${missing.join(', ')} here`
}

function isInstalled(program: string): boolean {
  // Where an ordinary user's shell does not look, but nginx is.
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin']
  return folders.some(folder => {
    try {
      accessSync(join(folder, program), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}
