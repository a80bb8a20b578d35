/** How much garbage a server keeps before V8 collects it. */
import { setFlagsFromString } from 'node:v8'

/**
 * Old objects may double until the next collection. By default V8 leaves 8 MB to a server that was idle for some seconds, which is
 * less than its space for young objects may take, so it marks the whole heap again and again while uploads arrive; and up
 * to three times the heap to a busy server, which is memory that a container has to have.
 */
export function letHeapDouble(): void {
  setFlagsFromString('--heap-growing-percent=100')
}
