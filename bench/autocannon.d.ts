/**
 * As much of autocannon as load-by-autocannon.ts uses; the package brings no types.
 */
declare module 'autocannon' {
  export type Request = Readonly<{ path: string; headers: Readonly<Record<string, string>> }>
  export type Options = Readonly<{
    url: string
    connections: number
    /** Seconds. */
    duration: number
    setupClient: (client: { setRequests(requests: readonly Request[]): void }) => void
  }>
  export type Result = Readonly<{
    duration: number
    requests: Readonly<{ total: number }>
    throughput: Readonly<{ total: number }>
    errors: number
    timeouts: number
    non2xx: number
    statusCodeStats?: Readonly<Record<string, Readonly<{ count: number }>>>
  }>
  function autocannon(options: Options): Promise<Result>
  export = autocannon
}
