#!/usr/bin/env node
/**
 * The edge of the process: what happens is cli/run.ts. Until the version of Node.js is known this uses only
 * what every version with modules has; what imports the rest would end an old one with a stack trace.
 */
import { explainOldNode } from './version.ts'

const refusal = explainOldNode(process.versions.node)
if (refusal === undefined) start()
else {
  process.stderr.write(`visage: ${refusal}\n`)
  process.exitCode = 2
}

async function start(): Promise<void> {
  const { enableCompileCache } = await import('node:module')
  // Node keeps what it compiled, and stripped of types, for the next start: that start takes half the time.
  enableCompileCache()
  const { run } = await import('./cli/run.ts')
  await run(process.argv)
}
