/**
 * `visage dev --memory`, from the start of the process to the first photo: from the first moment a token is requested
 * until it is answered, and then the photo is read with it.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { startChild } from '../child.ts'
import { freePort } from '../floors/nginx.ts'
import { summarize } from '../rounds.ts'
import type { Stage } from '../stage.ts'
import type { Row } from '../table.ts'
import { main } from '../visage.ts'

const limitMs = 500
const pauseMs = 2
const timeoutMs = 30_000

export async function start({ plan }: Stage): Promise<Row> {
  const ratios: number[] = []
  // The first start, which reads the sources from the disk, is not measured: it happens once a day.
  for (let run = 0; run <= plan.starts; run++) {
    const ms = await timeToFirstPhoto()
    if (run > 0) ratios.push(ms / limitMs)
  }
  return {
    what: '`visage dev --memory`, process start to first answered photo',
    floor: `${limitMs / 1000} s`,
    ...summarize(ratios),
    target: { atMost: 1 },
  }
}

async function timeToFirstPhoto(): Promise<number> {
  const port = String(await freePort())
  const origin = `http://127.0.0.1:${port}`
  const startedAt = performance.now()
  const child = startChild(main, ['dev', '--memory', '--port', port], 'anywhere')
  try {
    await firstPhoto(origin, startedAt)
    return performance.now() - startedAt
  } finally {
    await child.stop()
  }
}

async function firstPhoto(origin: string, startedAt: number): Promise<void> {
  let token: string | undefined
  while (performance.now() - startedAt < timeoutMs) {
    token ??= await fetchToken(origin, 'alice')
    if (token !== undefined && (await hasPhoto(origin, token))) return
    await delay(pauseMs)
  }
  throw new Error(`no photo in ${timeoutMs} ms`)
}

/** Undefined while no server listens. */
export async function fetchToken(origin: string, user: string): Promise<string | undefined> {
  const order = {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ user, scopes: 'User.Read' }),
  }
  const response = await fetch(`${origin}/_visage/token`, order).catch(() => undefined)
  if (response === undefined) return undefined
  const answer = (await response.json()) as { access_token?: string }
  return answer.access_token
}

export async function hasPhoto(origin: string, token: string): Promise<boolean> {
  const headers = { authorization: `Bearer ${token}` }
  const response = await fetch(`${origin}/v1.0/me/photo/$value`, { headers })
  await response.arrayBuffer()
  return response.status === 200
}
