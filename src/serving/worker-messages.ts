/**
 * The messages between the primary and its workers, and errors as plain values in them. The same channel has other
 * messages too, such as those of metrics; `order` and `report` mark these.
 */

import { Failure, type FailureCode } from '../failure.ts'
import type { Certificate } from '../settings/certificate.ts'
import type { Config } from '../settings/config.ts'
import { ConfigError } from '../settings/setting.ts'
import { StartError } from './start-error.ts'

/** To a worker. */
export type Order =
  | Readonly<{ order: 'start'; number: number; config: Config }>
  /** Whether all workers serve: /readyz of each answers for the whole machine. */
  | Readonly<{ order: 'update-worker-set'; isComplete: boolean }>
  | Readonly<{ order: 'use-certificate'; certificate: Certificate }>
  | Readonly<{ order: 'end' }>

/** From a worker. It reports 'waiting' first, because an order that arrives before it listens would be lost. */
export type Report =
  | Readonly<{ report: 'waiting' }>
  | Readonly<{ report: 'ready'; origin: string }>
  | Readonly<{ report: 'failed'; error: SerializedError }>

/** The parts of an error that decide the message and the exit code of the command. */
export type SerializedError = Readonly<{
  name: string
  message: string
  stack?: string | undefined
  failure?: Readonly<{ code: FailureCode; detail: string }>
}>

export function isOrder(message: unknown): message is Order {
  return typeof message === 'object' && message !== null && 'order' in message
}

export function isReport(message: unknown): message is Report {
  return typeof message === 'object' && message !== null && 'report' in message
}

export function serializeError(error: unknown): SerializedError {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) }
  const { name, message, stack } = error
  if (!(error instanceof Failure)) return { name, message, stack }
  return { name, message, stack, failure: { code: error.code, detail: error.detail } }
}

export function errorOf({ name, message, stack, failure }: SerializedError): Error {
  if (failure) return new Failure(failure.code, { detail: failure.detail })
  if (name === 'StartError') return new StartError(message)
  if (name === 'ConfigError') return new ConfigError(message)
  const error = new Error(message)
  if (stack !== undefined) error.stack = stack
  return error
}
