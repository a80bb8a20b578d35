/**
 * The edge of a worker's process, as main.ts is that of the process it belongs to: what a worker does
 * is serving/work.ts.
 */
import { enableCompileCache } from 'node:module'

// For the primary alone, also before the worker listens to signals: a reload is not its end.
process.on('SIGHUP', () => {})
enableCompileCache()
const { work } = await import('./serving/work.ts')
work(process)
