/**
 * Which Visage this is and which Node.js it needs, as package.json says: nowhere else is either written. This
 * also runs on a Node.js that is too old for all the rest.
 */
import { readFileSync } from 'node:fs'

/** Such as `1.2.3`. */
export function readVersion(): string {
  return readManifest().version
}

/** In one line for a person; undefined for a Node.js that is new enough. */
export function explainOldNode(version: string): string | undefined {
  const needed = majorOf(readManifest().engines.node)
  if (majorOf(version) >= needed) return undefined
  return `Visage needs Node.js ${needed} or newer, and this is ${version}.`
}

/** The package's file is beside `src`, and beside `dist` where it is built. */
function readManifest(): { version: string; engines: { node: string } } {
  return JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
}

/** Of `24.1.0` and of `>=24`. */
function majorOf(text: string): number {
  return Number.parseInt(text.replace(/^\D+/, ''), 10)
}
