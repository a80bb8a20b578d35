/** Packages of npm in a folder of their own, outside the project. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runProgram } from '../../test/foreign/programs.ts'
import { pathOfMachine } from './peer.ts'

/** `compiled`: the packages that may run their install scripts. */
export async function installByNpm(
  folder: string,
  name: string,
  version: string,
  minutes: number,
  compiled: readonly string[] = [],
): Promise<string | undefined> {
  await mkdir(folder, { recursive: true })
  const allowScripts = Object.fromEntries(compiled.map(each => [each, true]))
  const manifest = { name: 'peer', private: true, dependencies: { [name]: version }, allowScripts }
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest))
  const path = `PATH=${pathOfMachine()}`
  const command = ['env', path, 'npm', 'install', '--no-audit', '--no-fund'] as const
  return (await runProgram(command, { minutes, cwd: folder })).failed
}
