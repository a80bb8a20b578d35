/**
 * Loaded into every measured process before its own code: answers what it has used so far, and ends
 * it when the bench is gone. It is idle until it is asked.
 */

export type Usage = Readonly<{ cpuSeconds: number; peakMegabytes: number }>

process.on('message', message => {
  if (message === 'usage') process.send?.(readUsage())
})
process.on('disconnect', () => process.exit())
// The bench is no reason for a process to stay alive.
process.channel?.unref()

function readUsage(): Usage {
  const { user, system } = process.cpuUsage()
  return {
    cpuSeconds: (user + system) / 1e6,
    peakMegabytes: process.resourceUsage().maxRSS / 1024,
  }
}
