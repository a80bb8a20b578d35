/**
 * Executes deploy/Dockerfile without a container engine: each stage in a folder, copying from the checkout
 * and between stages, and running npm as its lines do. The base image is this machine with this Node.js,
 * and changes of its system are skipped.
 */
import { execFile } from 'node:child_process'
import { cp, mkdir, readFile, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const root = join(import.meta.dirname, '../..')

export type Instruction = Readonly<{ name: string; text: string }>
export type Stage = Readonly<{ name: string; base: string; instructions: readonly Instruction[] }>

/** Lines joined, comments removed. */
export async function readDockerfile(): Promise<readonly Stage[]> {
  const text = await readFile(join(root, 'deploy/Dockerfile'), 'utf8')
  const lines = text
    .replace(/^\s*#.*\n/gm, '')
    .replace(/\\\n\s*/g, '')
    .split('\n')
  const stages: { name: string; base: string; instructions: Instruction[] }[] = []
  for (const [, name = '', rest = ''] of lines.map(line => /^([A-Z]+) (.*)$/.exec(line) ?? [])) {
    if (name === 'FROM') {
      const [base = '', , as = 'image'] = rest.split(' ')
      stages.push({ name: as, base, instructions: [] })
    } else if (name !== '') {
      stages.at(-1)?.instructions.push({ name, text: rest })
    }
  }
  return stages
}

/** The files that the build may read, by the lines of .dockerignore that allow a name. */
export async function readContext(): Promise<readonly string[]> {
  const text = await readFile(join(root, 'deploy/Dockerfile.dockerignore'), 'utf8')
  return [...text.matchAll(/^!(.+)$/gm)].map(match => match[1] ?? '')
}

export type BuiltImage = Readonly<{
  /** The folder that is the root of the last stage. */
  folder: string
  workdir: string
  environment: Readonly<Record<string, string>>
  user: string
  /** ENTRYPOINT and CMD. */
  command: readonly string[]
  healthcheck: readonly string[]
}>

/**
 * `dependenciesOf` returns the node_modules for a stage that need not be installed again; `environment` is for npm.
 */
export async function buildImage(
  folder: string,
  environment: NodeJS.ProcessEnv,
  dependenciesOf: (stage: string) => string | undefined,
): Promise<BuiltImage> {
  const context = await readContext()
  const stages = await readDockerfile()
  const found: Record<string, string> = {}
  for (const { name: stage, instructions } of stages) {
    let workdir = '/'
    for (const { name, text } of instructions) {
      const here = join(folder, stage, workdir)
      if (name === 'WORKDIR') {
        workdir = text
        await mkdir(join(folder, stage, workdir), { recursive: true })
      } else if (name === 'COPY') {
        await copy(text, context, folder, here)
      } else if (name === 'RUN' && text.startsWith('npm ')) {
        const known = dependenciesOf(stage)
        if (known !== undefined && text.startsWith('npm ci ')) {
          await symlink(known, join(here, 'node_modules'))
        } else {
          await run('sh', ['-c', text], { cwd: here, env: environment, timeout: 240_000 })
        }
      } else {
        found[name] = `${found[name] ?? ''} ${text}`.trim()
      }
    }
    found.WORKDIR = workdir
  }
  return {
    folder: join(folder, stages.at(-1)?.name ?? ''),
    workdir: found.WORKDIR ?? '/',
    environment: Object.fromEntries(
      (found.ENV ?? '').split(' ').map(pair => pair.split('=') as [string, string]),
    ),
    user: found.USER ?? '',
    command: [
      ...(JSON.parse(found.ENTRYPOINT ?? '[]') as string[]),
      ...(JSON.parse(found.CMD ?? '[]') as string[]),
    ],
    healthcheck: JSON.parse(/CMD (\[.*\])/.exec(found.HEALTHCHECK ?? '')?.[1] ?? '[]') as string[],
  }
}

async function copy(
  text: string,
  context: readonly string[],
  folder: string,
  here: string,
): Promise<void> {
  const words = text.split(' ')
  const from = words[0]?.startsWith('--from=') ? words.shift()?.slice('--from='.length) : undefined
  const to = words.pop() ?? ''
  for (const word of words) {
    if (from === undefined && !context.includes(word)) {
      throw new Error(`COPY ${word}: the .dockerignore keeps it out`)
    }
    const source = from === undefined ? join(root, word) : join(folder, from, word)
    const name = to.endsWith('/') ? join(here, to, word.split('/').at(-1) ?? '') : join(here, to)
    await cp(source, name, { recursive: true, verbatimSymlinks: true })
  }
}
