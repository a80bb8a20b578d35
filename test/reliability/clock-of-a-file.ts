/**
 * Loaded into a process before its program: its clock is ahead by as many milliseconds as the file that
 * CLOCK_FILE names says, read anew at SIGUSR2. The monotonic clock and the clock of files stay as they
 * are, as in a machine whose time is set.
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
