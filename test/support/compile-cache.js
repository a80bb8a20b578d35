/**
 * Loaded before the tests: Node.js keeps compiled code, and TypeScript without its types, for the next process, as
 * main.js does for commands. This is JavaScript, because TypeScript would load the compiler each time.
 */
import { tmpdir } from 'node:os'
import { join } from 'node:path'

process.env.NODE_COMPILE_CACHE ??= join(tmpdir(), 'node-compile-cache')
