/**
 * Loaded into a process before its program: sets its clock ahead by the milliseconds in the file
 * CLOCK_FILE, read again at SIGUSR2. The monotonic clock and the times of files do not change, as on a
 * machine whose time is set.
 */
import { readFileSync } from 'node:fs'

const rightTime = Date.now
const file = process.env.CLOCK_FILE ?? ''
let offsetMs = 0
const read = () => {
  offsetMs = Number(readFileSync(file, 'utf8'))
}
read()
process.on('SIGUSR2', read)
Date.now = () => rightTime() + offsetMs
