/**
 * Measures how long a piece of work blocks the event loop at most, and how long fixed work takes in the same process,
 * to compare the two. It counts processor time of this thread and uses the lowest of several runs, since the machine
 * may stand still or be busy.
 */

const runs = 5

/** Milliseconds. */
export async function longestHold(work: () => Promise<unknown>): Promise<number> {
  const holds: number[] = []
  for (let run = 0; run < runs; run++) holds.push(await measure(work))
  return Math.min(...holds)
}

async function measure(work: () => Promise<unknown>): Promise<number> {
  let longest = 0
  let last = usedMs()
  let isOver = false
  const look = () => {
    const now = usedMs()
    longest = Math.max(longest, now - last)
    last = now
    if (!isOver) setImmediate(look)
  }
  setImmediate(look)
  await work()
  isOver = true
  return Math.max(longest, usedMs() - last)
}

function usedMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}

/**
 * The least milliseconds to read a normal batch with 8 MB of photos at once: from bytes to text, to values and to bytes
 * again. About 20 ms on a usual machine.
 */
export async function honestWork(): Promise<number> {
  const bytes = Buffer.from(JSON.stringify(['A'.repeat(8 * 1024 * 1024)]))
  return await longestHold(async () => {
    const [text] = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as string[]
    Buffer.from(text ?? '', 'base64')
  })
}
