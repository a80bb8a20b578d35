/**
 * Watches whether the npm that started this program still runs: npm does not pass on the signal that ends it, so the
 * server would continue to run.
 */
import { readFileSync } from 'node:fs'

const lookEveryMs = 500

/**
 * Calls `gone` once, when the npm that runs `script` has ended; never if npm is not the parent of this process, because
 * a script may start a server in the background on purpose.
 */
export function watchNpm(script: string | undefined, gone: () => void): void {
  if (script === undefined || /(^|[^&])&([^&]|$)/.test(script)) return
  const parent = process.ppid
  // Some shells stay between npm and the program.
  const npm = isShellOf(parent, script) ? parentOf(parent) : undefined
  const timer = setInterval(() => {
    const isThere = process.ppid === parent && (npm === undefined || parentOf(parent) === npm)
    if (isThere) return
    clearInterval(timer)
    gone()
  }, lookEveryMs)
  timer.unref()
}

function isShellOf(pid: number, script: string): boolean {
  const [, flag, command] = read(`/proc/${pid}/cmdline`)?.split('\0') ?? []
  return flag === '-c' && command?.startsWith(script) === true
}

/** Linux only. In /proc/PID/stat the program name in brackets may contain anything: proc_pid_stat(5). */
function parentOf(pid: number): number | undefined {
  const fields = read(`/proc/${pid}/stat`)?.replace(/^.*\)/s, '').trim().split(' ')
  return fields === undefined ? undefined : Number(fields[1])
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}
