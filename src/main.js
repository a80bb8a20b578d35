#!/usr/bin/env node
/**
 * The entry of the command; cli/run.ts does the work. This file also runs on an old Node.js, which would end with a stack trace
 * if the rest were imported before the version is checked. It is JavaScript: as TypeScript it would load Node's compiler at every
 * start, before the code that an earlier start compiled can be used.
 */
import * as module from 'node:module'

// Node keeps the compiled code for the next start, which then takes half the time. An old one cannot.
module.enableCompileCache?.()

const { explainOldNode } = await import('./version.ts')
const refusal = explainOldNode(process.versions.node)
if (refusal === undefined) {
  const { run } = await import('./cli/run.ts')
  run(process.argv)
} else {
  process.stderr.write(`visage: ${refusal}\n`)
  process.exitCode = 2
}
