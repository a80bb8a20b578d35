/**
 * A command of `visage` in this process: the same output and exit code as in a process of its own, without the start,
 * which costs half a second of processor time. Signals, pipes and the end of the process need runVisage.
 */
import { join } from 'node:path'
import { Readable, Writable } from 'node:stream'
import { execute, report } from '../../src/cli/execute.ts'
import { openTerminal, type Terminal } from '../../src/cli/terminal.ts'
import { cleanEnvironment, type Finished, type Place } from './visage.ts'

const program = join(import.meta.dirname, '../../src/main.js')

/** A terminal for commands that are not run. */
export function noTerminal(): Terminal {
  return openTerminal('visage', {
    stdin: noInput(),
    stdout: new Collected(),
    stderr: new Collected(),
  })
}

let isRunning = false

/** Only for commands that end by themselves. One at a time, because each sets the folder and environment of this process. */
export async function runHere(
  args: readonly string[],
  { cwd, env }: Pick<Place, 'cwd' | 'env'>,
): Promise<Finished> {
  if (isRunning) throw new Error('runHere: the command before has not ended')
  isRunning = true
  const before = { cwd: process.cwd(), env: process.env }
  process.chdir(cwd)
  process.env = { ...cleanEnvironment(), ...env }
  try {
    return await runInside([process.execPath, program, ...args])
  } finally {
    process.chdir(before.cwd)
    process.env = before.env
    isRunning = false
  }
}

async function runInside(argv: readonly string[]): Promise<Finished> {
  const [stdout, stderr] = [new Collected(), new Collected()]
  const terminal = openTerminal(program, { stdin: noInput(), stdout, stderr })
  const code = await execute(argv, terminal, async starting => void (await starting)).then(
    () => 0,
    error => report(error, terminal),
  )
  return { code, signal: null, stdout: stdout.text, stderr: stderr.text }
}

const noInput = () => Readable.from([])

class Collected extends Writable {
  text = ''
  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.text += chunk
    done()
  }
}
