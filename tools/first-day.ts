/**
 * Carries out docs/first-day.md: every command of the page runs in bash against a new store, with generated people and
 * pictures and an issuer on loopback. `node tools/first-day.ts` writes what was printed into the page; `--people N` takes
 * fewer.
 */
import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { audience, startIssuer } from '../bench/issuer.ts'
import { findFreePort } from '../test/support/free-port.ts'
import { portraitJpeg } from '../test/support/pictures.ts'
import { type Step, steps } from './first-day-steps.ts'

const root = join(import.meta.dirname, '..')
const page = join(root, 'docs/first-day.md')

export type Recording = Readonly<{
  /** Name of a step -> the text of the terminal. */
  texts: ReadonlyMap<string, string>
  /** Name of a step -> how long it took. */
  seconds: ReadonlyMap<string, number>
}>

/** Throws Error if a command fails. */
export async function record(people: number): Promise<Recording> {
  const folder = await mkdtemp(join(tmpdir(), 'visage-first-day-'))
  try {
    await makeFiles(folder, people)
    const provider = await startIssuer()
    try {
      return await playAll(folder, provider.url)
    } finally {
      await provider.stop()
    }
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 })
  }
}

async function playAll(folder: string, provider: string): Promise<Recording> {
  await using shell = startShell(folder)
  await shell.run(await hiddenSetUp(folder))
  const [port, metrics] = [await findFreePort(), await findFreePort()]
  await shell.run(`export VISAGE_PORT=${port}`)
  const addresses = [
    [shown.provider, provider],
    [shown.folder, folder],
    [shown.audience, audience],
    [shown.server, `127.0.0.1:${port}`],
    [shown.metrics, `127.0.0.1:${metrics}`],
  ] as const
  const [texts, seconds] = [new Map<string, string>(), new Map<string, number>()]
  for (const step of steps) {
    const started = performance.now()
    texts.set(step.name, await play(shell, step, addresses))
    seconds.set(step.name, (performance.now() - started) / 1000)
  }
  return { texts, seconds }
}

/** The page shows these texts; the run has others. */
const shown = {
  folder: '/home/visage',
  audience: 'api://visage',
  provider: 'https://login.example.org',
  server: '127.0.0.1:8080',
  metrics: '127.0.0.1:9464',
} as const

type Addresses = readonly (readonly [shown: string, real: string])[]

async function play(shell: Shell, { commands }: Step, addresses: Addresses): Promise<string> {
  let text = ''
  for (const command of commands) {
    const real = addresses.reduce((all, [shown, real]) => all.replaceAll(shown, real), command)
    const printed = await shell.run(real)
    text += `$ ${command}\n`
    text += addresses.reduce((all, [shown, real]) => all.replaceAll(real, shown), printed)
  }
  return text.trimEnd()
}

type Shell = AsyncDisposable & Readonly<{ run: (command: string) => Promise<string> }>

/** One bash for all commands, so that variables and functions stay. Resolves with what a command printed. */
function startShell(cwd: string): Shell {
  const bash = spawn('bash', ['--norc', '--noprofile'], { cwd, stdio: ['pipe', 'pipe', 'inherit'] })
  const ended = new Promise<void>(resolve => bash.once('close', () => resolve()))
  const output = bash.stdout.setEncoding('utf8')[Symbol.asyncIterator]()
  let [text, count] = ['', 0]
  return {
    async run(command) {
      count += 1
      const mark = new RegExp(`^done ${count} (\\d+)\\n`, 'm')
      bash.stdin.write(`{ ${command}\n} 2>&1\nprintf 'done %s %s\\n' ${count} $?\n`)
      for (;;) {
        const found = mark.exec(text)
        if (found !== null) {
          const printed = text.slice(0, found.index)
          text = text.slice(found.index + found[0].length)
          if (found[1] !== '0') throw new Error(`${command}\nended with ${found[1]}:\n${printed}`)
          return printed
        }
        const next = await output.next()
        if (next.done) throw new Error(`bash ended during ${command}:\n${text}`)
        text += next.value
      }
    },
    async [Symbol.asyncDispose]() {
      bash.stdin.end('kill $(jobs -p) 2>/dev/null; wait\n')
      await ended
    },
  }
}

/** The program by its name, free ports, and no settings of whoever runs this. */
async function hiddenSetUp(folder: string): Promise<string> {
  const bin = join(folder, 'bin')
  await mkdir(bin)
  const program = `#!/bin/sh\nexec '${process.execPath}' '${join(root, 'src/main.js')}' "$@"\n`
  await writeFile(join(bin, 'visage'), program, { mode: 0o755 })
  return [
    `for name in \${!VISAGE_@}; do unset $name; done`,
    `export PATH='${bin}':$PATH `,
    'secret=secret',
  ].join('\n')
}

/** Pictures of a few faces: the server decodes and scales each of them anew. */
async function makeFiles(folder: string, people: number): Promise<void> {
  const faces: Buffer[] = []
  for (let seed = 1; seed <= 8; seed++) {
    faces.push(await portraitJpeg({ width: 120, height: 120, grain: 4, seed }))
  }
  await mkdir(join(folder, 'photos'))
  const lines = ['Personalnummer,UPN,Vorname,Nachname,E-Mail,Vorgesetzter']
  for (let index = 1; index <= people; index++) {
    const name = `person.${index}@example.org`
    const manager = index <= 10 ? '' : `person.${1 + (index % 10)}@example.org`
    lines.push([index, name, `Given${index}`, `Family${index}`, name, manager].join(','))
    await writeFile(join(folder, 'photos', `${name}.jpg`), faces[index % 8] ?? '')
  }
  await writeFile(join(folder, 'staff.csv'), `${lines.join('\n')}\n`)
}

/** Throws Error if the page has no such block. */
export function place(text: string, name: string, recorded: string): string {
  const block = new RegExp(`(<!-- recorded: ${name} -->\n)[\\s\\S]*?(<!-- end recorded -->)`)
  if (!block.test(text)) throw new Error(`the page has no block <!-- recorded: ${name} -->`)
  return text.replace(
    block,
    (_, start: string, end: string) => `${start}\n\`\`\`console\n${recorded}\n\`\`\`\n\n${end}`,
  )
}

async function main(args: string[]): Promise<void> {
  const { values } = parseArgs({ args, options: { people: { type: 'string', default: '5000' } } })
  const { texts, seconds } = await record(Number(values.people))
  let text = await readFile(page, 'utf8')
  for (const [name, recorded] of texts) text = place(text, name, recorded)
  await writeFile(page, text)
  for (const [name, each] of seconds) console.log(`${name}: ${each.toFixed(1)} s`)
}

if (import.meta.main) await main(process.argv.slice(2))
