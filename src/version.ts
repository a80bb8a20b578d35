/**
 * The version of Visage and the Node.js that it needs; only package.json has these numbers. This file also
 * runs on a Node.js that is too old for the rest.
 */
import { readFileSync } from 'node:fs'

/** Such as `1.2.3`. */
export function readVersion(): string {
  return readManifest().version
}

/** One line for a person; undefined if Node.js is new enough. */
export function explainOldNode(version: string): string | undefined {
  const needed = majorOf(readManifest().engines.node)
  if (majorOf(version) >= needed) return undefined
  return `Visage needs Node.js ${needed} or newer, and this is ${version}.`
}

/** The package's file is beside `src`, and beside `dist` where it is built. */
function readManifest(): { version: string; engines: { node: string } } {
  return JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
}

/** Reads `24.1.0` and `>=24`. */
function majorOf(text: string): number {
  return Number.parseInt(text.replace(/^\D+/, ''), 10)
}
