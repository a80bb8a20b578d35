/**
 * A request and its answer as plain values, and the types of handlers. It is independent of an HTTP library: a socket,
 * a batch or a test can make a call.
 */

/** "可以更新到的照片的大小限制为 4 MB。" A photo to upload is limited to 4 MB. */
export const maxUploadBytes = 4 * 1024 * 1024

export type Headers = Readonly<Record<string, string | undefined>>

export type Call = Readonly<{
  /** Upper case. */
  method: string
  /** Path and query exactly as they arrived, still percent-encoded. */
  url: string
  /** `https://host`, without a slash at the end: the root that the client sees. */
  origin: string
  /** Names in lower case. */
  headers: Headers
  /**
   * Reads the body; called at most once. Its memory is freed when the call is answered.
   * Throws Failure 'body-too-large' beyond `maxBytes`, 'body-stalled', 'body-cut-off', 'overloaded'.
   */
  readBody: (maxBytes: number) => Promise<Uint8Array>
  /**
   * Counts the memory of the parsed body as memory of bodies until the call is answered. Called before
   * that memory is used. Throws Failure 'overloaded'.
   */
  takeMemory: (bytes: number) => void
  /** Aborted when the client has closed the connection, or the answer is complete. */
  gone?: () => AbortSignal
}>

/** A photo that was set or removed, and its owner. */
type Changed = Readonly<{
  change: 'replaced' | 'removed'
  owner: Readonly<{ tenantId: string; kind: 'user' | 'group' | 'contact'; id: string }>
}>

export type Reply = Readonly<{
  /** 0: nothing is sent, and the connection ends. */
  status: number
  headers: Readonly<Record<string, string>>
  /** A picture's bytes, or JSON as text; undefined for an empty answer. */
  body?: Uint8Array | string
  /** In place of `body`, for a long text: read as the client takes it. If it fails, the connection is cut. */
  pieces?: AsyncIterable<string>
  /** The photo this request changed, for the log; never sent. */
  changed?: Changed
}>

export type Answer = (call: Call) => Promise<Reply>

export function isRead({ method }: Pick<Call, 'method'>): boolean {
  return method === 'GET' || method === 'HEAD'
}

/** Wraps an answer, for a trace or a measurement. */
export type Around = (answer: Answer) => Answer

/** A part of a server; the first mount that claims a call answers it. */
export type Mount = Readonly<{
  answers: (call: Call) => boolean
  answer: Answer
}>
