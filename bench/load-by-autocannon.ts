/**
 * The load of load.lua by autocannon, as a process of its own: the same arguments, the same last line.
 * autocannon builds every request beforehand, so each connection gets some people of its own.
 */
import { readFileSync } from 'node:fs'
import autocannon, { type Request } from 'autocannon'

const [url = '', targetsFile = '', tokensFile = '', connections, duration] = process.argv.slice(2)
const targets = readFileSync(targetsFile, 'utf8').split('\n')
const tokens = readFileSync(tokensFile, 'utf8').split('\n')
const requestsPerConnection = 4000

const result = await autocannon({
  url,
  connections: Number(connections),
  duration: Number(duration),
  setupClient: client => client.setRequests(Array.from({ length: requestsPerConnection }, draw)),
})

const { requests, throughput, errors, timeouts, non2xx } = result
// A 304 is a success here, although it is not a 2xx.
const wrong = errors + timeouts + non2xx - (result.statusCodeStats?.['304']?.count ?? 0)
const sent = { requests: requests.total, seconds: result.duration, bytes: throughput.total }
process.stdout.write(`${JSON.stringify({ ...sent, errors: wrong })}\n`)

function draw(): Request {
  const [path = '', etag = '', level = ''] = oneOf(targets).split('\t')
  const token = oneOf(tokens)
  return {
    path,
    headers: {
      ...(token !== '' && { authorization: `Bearer ${token}` }),
      ...(etag !== '' && { 'if-none-match': etag }),
      ...(level !== '' && { consistencylevel: level }),
    },
  }
}

function oneOf(lines: readonly string[]): string {
  return lines[Math.floor(Math.random() * lines.length)] ?? ''
}
