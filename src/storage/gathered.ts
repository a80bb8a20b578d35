/**
 * Collects the calls of one turn of the event loop into one. It does not wait for others to come: a process that is not
 * busy gets one call at a time, a busy one as many as it finds when it reads its sockets.
 */

type Call<Question, Answer> = Readonly<{
  question: Question
  resolve: (answer: Answer | undefined) => void
  reject: (error: unknown) => void
}>

/** `askAll` gets at most `max` questions, and returns the answers in the same order; it fails for all of them. */
export function gather<Question, Answer>(
  askAll: (questions: readonly Question[]) => Promise<readonly (Answer | undefined)[]>,
  max: number,
): (question: Question) => Promise<Answer | undefined> {
  let calls: Call<Question, Answer>[] = []

  function sendAll(): void {
    const all = calls
    calls = []
    for (let start = 0; start < all.length; start += max) void send(all.slice(start, start + max))
  }

  async function send(some: readonly Call<Question, Answer>[]): Promise<void> {
    try {
      const answers = await askAll(some.map(({ question }) => question))
      for (const [index, { resolve }] of some.entries()) resolve(answers[index])
    } catch (error) {
      for (const { reject } of some) reject(error)
    }
  }

  return question =>
    new Promise((resolve, reject) => {
      // Runs after all requests that have already arrived.
      if (calls.length === 0) setImmediate(sendAll)
      calls.push({ question, resolve, reject })
    })
}
