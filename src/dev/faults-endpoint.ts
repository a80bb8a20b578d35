/**
 * /_visage/faults: which faults are on. GET lists them, PUT replaces them all, POST adds one, DELETE ends them. Sentences
 * are those of docs/faults.md.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { isObject } from '../json.ts'
import { ConfigError } from '../settings/setting.ts'
import type { Faults } from './faults/inject.ts'
import { parseFault } from './faults/parse.ts'
import { BodyRefused, readBody, sendJson } from './issuer/exchange.ts'
import { OrderRefused } from './issuer/mint.ts'
import { isJson } from './issuer/orders.ts'
import { type Handle, refuse, refuseStrangers } from './window-door.ts'

export const faultsPath = '/_visage/faults'

export const mostFaults = 50
const longestFault = 500

type EndpointOptions = Readonly<{
  origin: string
  faults: Faults
  onError: (error: unknown) => void
}>

export function createFaultsEndpoint({ origin, faults, onError }: EndpointOptions): Handle {
  return (req, res) => {
    if (req.url?.split('?', 1)[0] !== faultsPath) return false
    if (refuseStrangers(req, res, origin)) return true
    answer(faults, req, res).catch(error => {
      onError(error)
      res.destroy()
    })
    return true
  }
}

async function answer(faults: Faults, req: IncomingMessage, res: ServerResponse): Promise<void> {
  try {
    const wanted = await readWanted(req, faults.list())
    if (wanted !== undefined) faults.replace(wanted.map(parseFault))
    sendJson(res, 200, { faults: faults.list() })
  } catch (error) {
    if (error instanceof BodyRefused) return refuse(res, error.status, error.message)
    if (!(error instanceof OrderRefused || error instanceof ConfigError)) throw error
    refuse(res, 400, error.message)
  }
}

/** The faults after this request; undefined when it changes nothing. */
async function readWanted(
  req: IncomingMessage,
  present: readonly string[],
): Promise<readonly string[] | undefined> {
  switch (req.method) {
    case 'GET':
      req.resume()
      return undefined
    case 'DELETE':
      req.resume()
      return []
    case 'PUT':
      return limited(readTexts(await readObject(req), 'faults'))
    case 'POST':
      return limited([...present, readText((await readObject(req)).fault, 'fault')])
    default:
      req.resume()
      throw new BodyRefused(405, 'GET, PUT, POST or DELETE the faults here.')
  }
}

async function readObject(req: IncomingMessage): Promise<Readonly<Record<string, unknown>>> {
  if (!isJson(req)) {
    req.resume()
    throw new BodyRefused(415, 'Send the faults as content-type application/json.')
  }
  const text = await readBody(req)
  try {
    const value: unknown = JSON.parse(text)
    if (isObject(value)) return value
  } catch {
    // reported below, with the same message
  }
  throw new OrderRefused('The body is not a JSON object.')
}

function readTexts(order: Readonly<Record<string, unknown>>, name: string): readonly string[] {
  const texts = order[name]
  if (!Array.isArray(texts)) throw new OrderRefused(`'${name}' is not a list of texts.`)
  return texts.map(text => readText(text, name))
}

function readText(value: unknown, name: string): string {
  if (typeof value !== 'string') throw new OrderRefused(`'${name}' is not a text.`)
  if (value.length > longestFault) {
    throw new OrderRefused(`A fault is longer than ${longestFault} characters.`)
  }
  return value
}

/** A sentence given twice is one fault. */
function limited(texts: readonly string[]): readonly string[] {
  const faults = [...new Set(texts)]
  if (faults.length <= mostFaults) return faults
  throw new OrderRefused(`There are more than ${mostFaults} faults.`)
}
