/** The addresses and the number of processes of `visage serve`. */
import { availableParallelism } from 'node:os'
import { textOf, urlOf, wrong } from './reading.ts'
import type { Texts } from './table.ts'

/** More than any deployment needs, and lower than a port that was typed by mistake. */
const mostWorkers = 256

export function readWorkers(texts: Texts): number {
  const text = textOf(texts, 'workers')
  if (text === 'auto') return Math.min(mostWorkers, availableParallelism())
  const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
  if (number >= 1 && number <= mostWorkers) return number
  throw wrong('workers', text, `a whole number from 1 to ${mostWorkers}, or auto`)
}

export function readBaseUrl(texts: Texts): string | undefined {
  if (texts.baseUrl === undefined) return undefined
  const url = urlOf('baseUrl', texts.baseUrl)
  if (url.search !== '' || url.hash !== '')
    throw wrong('baseUrl', texts.baseUrl, 'a url without query')
  return url.href.replace(/\/+$/, '')
}

export type ListenAt = Readonly<{ host: string; port: number }>

/** An IPv6 address is in brackets, as in a URL. */
export function readMetrics(texts: Texts): ListenAt | undefined {
  if (texts.metrics === undefined) return undefined
  const [, bracketed, plain, port = ''] =
    /^(?:\[([\da-f:.]+)\]|([^\s:/[\]]+)):(\d{1,5})$/i.exec(texts.metrics) ?? []
  const host = bracketed ?? plain
  if (host === undefined || Number(port) > 65_535) {
    throw wrong('metrics', texts.metrics, 'an address and a port, such as 127.0.0.1:9464')
  }
  return { host, port: Number(port) }
}
