/**
 * Programs of other languages: are they here, and run one within a time limit. A variable that names another authority
 * than Visage's would win over what a recipe says, so a program does not inherit it.
 */
import { type ExecFileException, execFile } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

export type Environment = Readonly<Record<string, string>>

const authorities = ['REQUESTS_CA_BUNDLE', 'CURL_CA_BUNDLE', 'SSL_CERT_FILE', 'SSL_CERT_DIR']

export type Program = readonly [string, ...string[]]

export type Ended = Readonly<{ output: string; failed?: string }>

/** Ends the program after `minutes`. `installs`: it may need this machine's own authorities. */
export function runProgram(
  command: Program,
  {
    minutes,
    environment,
    cwd,
  }: Readonly<{ minutes: number; environment?: Environment; cwd?: string }>,
): Promise<Ended> {
  const [file, ...args] = command
  const env = environment ? { ...withoutAuthorities(), ...environment } : process.env
  const options = { env, cwd, timeout: minutes * 60_000, killSignal: 'SIGKILL' } as const
  return new Promise(resolve => {
    execFile(file, args, { ...options, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      const output = `${stdout}\n${stderr}`
      resolve(error ? { output, failed: explain(error, minutes) } : { output })
    })
  })
}

function explain({ killed, message }: ExecFileException, minutes: number): string {
  if (killed) return `it had not ended after ${minutes} minutes`
  return message.split('\n').filter(Boolean).slice(-1).join('').slice(0, 300)
}

function withoutAuthorities(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !authorities.includes(name)),
  )
}

/** The names that are no program of this machine. */
export function missingPrograms(names: readonly string[]): string[] {
  const folders = (process.env.PATH ?? '').split(delimiter)
  return names.filter(name => !folders.some(folder => isProgram(join(folder, name))))
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    // Missing, or not for this account: the next folder may have it.
    return false
  }
}
