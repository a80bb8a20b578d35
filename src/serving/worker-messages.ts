/**
 * What a worker and its primary say to each other, and how an error gets from one to the other. Other
 * messages pass between them as well, such as those of metrics: these are told apart by their names.
 */

import { Failure, type FailureCode } from '../failure.ts'
import type { Certificate } from '../settings/certificate.ts'
import type { Config } from '../settings/config.ts'
import { ConfigError } from '../settings/setting.ts'
import { StartError } from './start-error.ts'

/** To a worker. */
export type Order =
  | Readonly<{ order: 'start'; number: number; config: Config }>
  /** Whether all workers serve: each answers for the whole machine. */
  | Readonly<{ order: 'update-worker-set'; isComplete: boolean }>
  | Readonly<{ order: 'use-certificate'; certificate: Certificate }>
  | Readonly<{ order: 'end' }>

/** From a worker. It asks for its order, because a message may come before anybody listens. */
export type Report =
  | Readonly<{ report: 'waiting' }>
  | Readonly<{ report: 'ready'; origin: string }>
  | Readonly<{ report: 'failed'; error: SerializedError }>

/** As much of an error as the message and the exit code of the command depend on. */
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
