/**
 * Server-sent events out of the text of a stream, piece by piece as it comes.
 * https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */

export type StreamEvent = Readonly<{ name: string; data: string }>

/** Feeds a piece of the text, and returns the events that are complete now. */
export type Feed = (piece: string) => readonly StreamEvent[]

export function readEvents(): Feed {
  let rest = ''
  return piece => {
    const blocks = (rest + piece).replaceAll('\r\n', '\n').split('\n\n')
    rest = blocks.pop() ?? ''
    return blocks.flatMap(readBlock)
  }
}

/** A block of comments only, which says that the stream is alive, is no event. */
function readBlock(block: string): readonly StreamEvent[] {
  const fields = block.split('\n').map(line => /^(\w+): ?(.*)$/.exec(line))
  const valuesOf = (name: string) =>
    fields.flatMap(field => (field?.[1] === name ? [field[2]] : []))
  const data = valuesOf('data')
  if (data.length === 0) return []
  return [{ name: valuesOf('event').at(-1) ?? 'message', data: data.join('\n') }]
}
