/**
 * The edge of a worker's process, as main.ts is that of the process it belongs to: what a worker does
 * is serving/work.ts.
 */
import { enableCompileCache } from 'node:module'

enableCompileCache()
const { work } = await import('./serving/work.ts')
work(process)
