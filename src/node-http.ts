/**
 * What this program calls of `node:http`. An `import` reads every export of it, WebSocket too, and that loads all that Node.js
 * has for fetch: about a twelfth of a start. Types are imported as usual.
 */
export const { createServer, IncomingMessage, request, setGlobalProxyFromEnv, STATUS_CODES } =
  process.getBuiltinModule('node:http')
