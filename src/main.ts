#!/usr/bin/env node
/**
 * The edge of the process, and nothing else: what happens is cli/run.ts.
 */
import { enableCompileCache } from 'node:module'

// Node keeps what it compiled, and stripped of types, for the next start: that start takes half the time.
enableCompileCache()
const { run } = await import('./cli/run.ts')
await run(process.argv)
