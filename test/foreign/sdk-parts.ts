/**
 * SDKs: how the packages of each are installed, and the program that makes the checks. All are asked the same.
 */
import { copyFile, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { everyCheck } from './operations.ts'
import { type Outcome, readOutcomes } from './outcome.ts'
import type { Part } from './part.ts'
import { type Program, runProgram } from './programs.ts'
import { installPackages } from './python-packages.ts'
import { startStand } from './stand.ts'
import versions from './versions.json' with { type: 'json' }

const here = import.meta.dirname
const common = { checks: everyCheck, isSdk: true, minutes: { install: 6, run: 4 } } as const

const python = (packages: Readonly<Record<string, string>>) => ({
  ...common,
  needs: ['python3'],
  versions: packages,
  install: (folder: string, minutes: number) => installPackages(folder, packages, minutes),
})

export const sdkParts: Readonly<Record<string, Part>> = {
  python: {
    ...python(versions.python),
    title: 'Python',
    run: (folder, minutes) => runChecks(pythonProgram(folder, 'graph_sdk.py'), minutes),
  },
  o365: {
    ...python(versions.o365),
    title: 'python-o365',
    run: (folder, minutes) => runChecks(pythonProgram(folder, 'o365.py'), minutes),
  },
  java: {
    ...common,
    title: 'Java',
    needs: ['java', 'javac', 'mvn'],
    versions: versions.java,
    install: installJava,
    run: runJava,
  },
  go: {
    ...common,
    title: 'Go',
    needs: ['go'],
    versions: versions.go,
    byName: true,
    minutes: { install: 15, run: 40 },
    install: installGo,
    run: runGo,
  },
}

/** A server of its own for each program, so that faults and photos begin anew. */
async function runChecks(program: Program, minutes: number): Promise<readonly Outcome[]> {
  await using stand = await startStand()
  const { output, failed } = await runProgram(program, { minutes, environment: stand.environment })
  const outcomes = readOutcomes(output)
  if (failed !== undefined) console.log(output.slice(-4000))
  return outcomes
}

function pythonProgram(folder: string, file: string): Program {
  return [join(folder, 'bin/python'), join(here, 'python', file)]
}

async function installJava(folder: string, minutes: number): Promise<string | undefined> {
  const properties = Object.entries(versions.java).map(([name, version]) => `-D${name}=${version}`)
  const pom = join(here, 'java/pom.xml')
  const goal = ['dependency:build-classpath', `-Dmdep.outputFile=${join(folder, 'classpath')}`]
  const maven: Program = ['mvn', '-q', '-B', '-f', pom, ...properties, ...goal]
  return (await runProgram(maven, { minutes })).failed
}

async function runJava(folder: string, minutes: number): Promise<readonly Outcome[]> {
  const classPath = `${folder}:${await readFile(join(folder, 'classpath'), 'utf8')}`
  const source = join(here, 'java/Checks.java')
  const compiler: Program = ['javac', '-nowarn', '-cp', classPath, '-d', folder, source]
  return await runCompiled(compiler, ['java', '-cp', classPath, 'Checks'], { folder, minutes })
}

async function installGo(folder: string, minutes: number): Promise<string | undefined> {
  await writeFile(join(folder, 'go.mod'), 'module checks\n\ngo 1.24\n')
  await copyFile(join(here, 'go/checks.go'), join(folder, 'checks.go'))
  const wanted = Object.entries(versions.go).map(([name, version]) => `${name}@${version}`)
  const fetched = await runProgram(['go', 'get', ...wanted], { minutes, cwd: folder })
  if (fetched.failed !== undefined) return fetched.failed
  return (await runProgram(['go', 'mod', 'tidy'], { minutes, cwd: folder })).failed
}

async function runGo(folder: string, minutes: number): Promise<readonly Outcome[]> {
  await copyFile(join(here, 'go/checks.go'), join(folder, 'checks.go'))
  const compiler: Program = ['go', 'build', '-o', 'checks']
  return await runCompiled(compiler, [join(folder, 'checks')], { folder, minutes })
}

/** A program that does not compile fails at every check. */
async function runCompiled(
  compiler: Program,
  program: Program,
  { folder, minutes }: Readonly<{ folder: string; minutes: number }>,
): Promise<readonly Outcome[]> {
  const { failed, output } = await runProgram(compiler, { minutes, cwd: folder })
  if (failed === undefined) return await runChecks(program, minutes)
  console.log(output.slice(-4000))
  return readOutcomes('')
}
