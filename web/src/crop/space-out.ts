/** Tells news with a pause between them: the first at once, of those that come in a pause only the last. */

type Wait = (then: () => void, ms: number) => unknown

export function spaceOut<News>(
  tell: (news: News) => void,
  everyMs: number,
  wait: Wait,
): (news: News) => void {
  let isPause = false
  const waiting: News[] = []
  const say = (news: News) => {
    if (isPause) {
      waiting.splice(0, 1, news)
      return
    }
    isPause = true
    tell(news)
    wait(() => {
      isPause = false
      for (const next of waiting.splice(0)) say(next)
    }, everyMs)
  }
  return say
}
