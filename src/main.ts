#!/usr/bin/env node
/**
 * The entry of the command; cli/run.ts does the work. This file also runs on an old Node.js, which would end
 * with a stack trace if the rest were imported before the version is checked.
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
  // Node keeps the compiled code for the next start, which then takes half the time.
  enableCompileCache()
  const { run } = await import('./cli/run.ts')
  await run(process.argv)
}
