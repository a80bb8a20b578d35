/** Many tasks at once, up to a limit, so that memory and open connections stay bounded. */

/** Returns the results in the order of the items. Throws the first error after all running tasks have ended. */
export async function inParallel<Item, Result>(
  maxParallel: number,
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = []
  const waiting = items.entries()
  let error: unknown
  let hasFailed = false
  const takeNext = async () => {
    for (const [index, item] of waiting) {
      if (hasFailed) return
      try {
        results[index] = await work(item)
      } catch (cause) {
        error ??= cause
        hasFailed = true
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(maxParallel, items.length) }, takeNext))
  if (hasFailed) throw error
  return results
}

export async function* batchesOf<Item>(
  items: AsyncIterable<Item>,
  size: number,
): AsyncGenerator<Item[]> {
  let batch: Item[] = []
  for await (const item of items) {
    batch.push(item)
    if (batch.length < size) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}
