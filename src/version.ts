/**
 * Which Visage this is: package.json is the only place where the version is written.
 */
import { readFileSync } from 'node:fs'

/** Such as `1.2.3`. The package's file is beside `src`, and beside `dist` where it is built. */
export function readVersion(): string {
  const file = new URL('../package.json', import.meta.url)
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version
}
