/**
 * The entry of a worker process, as main.js is that of the primary; serving/work.ts does the work.
 */
import { enableCompileCache } from 'node:module'

// SIGHUP means a reload, which the primary does. It must not end a worker, even one that just starts.
process.on('SIGHUP', () => {})
enableCompileCache()
const { work } = await import('./serving/work.ts')
work(process)
