/** Packages of Python in an environment of their own. */
import { join } from 'node:path'
import { runProgram } from './programs.ts'

/** Returns why they cannot be had here, or undefined. */
export async function installPackages(
  folder: string,
  versions: Readonly<Record<string, string>>,
  minutes: number,
): Promise<string | undefined> {
  const made = await runProgram(['python3', '-m', 'venv', folder], { minutes })
  if (made.failed !== undefined) return made.failed
  const wanted = Object.entries(versions).map(([name, version]) => `${name}==${version}`)
  const pip = [join(folder, 'bin/pip'), 'install', '-q', ...wanted] as const
  return (await runProgram(pip, { minutes })).failed
}
