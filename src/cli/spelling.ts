/**
 * The command that starts this program in the current folder: in a checkout, as an installed package, or by its file.
 * Messages use it in examples, so that these can be copied.
 */
import { basename, dirname, join } from 'node:path'

/** `visage`, `npx visage`, `npm run -s visage --` or `/usr/bin/node dist/main.js`; arguments may follow. */
export function spellProgram(
  program: string,
  cwd: string,
  { execPath: node, platform }: Readonly<{ execPath: string; platform: NodeJS.Platform }> = process,
): string {
  // npm runs scripts in the folder of package.json, from any folder below it.
  if (program === join(cwd, 'src', 'main.js')) return 'npm run -s visage --'
  const folder = dirname(program)
  if (/[\\/]node_modules[\\/]\.bin$/.test(folder)) return 'npx visage'
  if (/^visage$/i.test(basename(program))) return 'visage'
  // On Windows, the program of a package is started by its file.
  if (platform === 'win32' && /[\\/]node_modules[\\/]/.test(folder)) return 'npx visage'
  // With the path of Node.js, because `node` may be an older one.
  return `${spellPath(node, cwd)} ${spellPath(program, cwd)}`
}

/** Replaces `visage` in commands of messages from other rooms: "run `visage dev`", "`visage serve --help` lists them". */
export function spellAdvice(message: string, program: string): string {
  return message.replaceAll(/(?<=\brun )`visage (?=\w)|`visage (?=[\w ]*--help`)/g, `\`${program} `)
}

/** A path relative to `cwd`. */
export function spellPath(path: string, cwd: string): string {
  const whole = path.startsWith(join(cwd, '/')) ? path.slice(join(cwd, '/').length) : path
  return /^[\w@%+=:,./-]+$/.test(whole) ? whole : `'${whole.replaceAll("'", "'\\''")}'`
}
