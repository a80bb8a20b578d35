/**
 * Stores codes, sessions and refresh tokens of the OAuth library in memory, until they expire or the process ends.
 */

import type { Adapter, AdapterPayload } from 'oidc-provider'

type Entry = { model: string; payload: AdapterPayload; expiresAt: number }

/** Bounds the memory that unfinished sign-ins take; the oldest are removed first. */
const maxEntries = 20_000

/** One memory for all models of a library instance. */
export function createMemory(now: () => number): (model: string) => Adapter {
  const entries = new Map<string, Entry>()
  return model => openModel(model, entries, now)
}

function openModel(model: string, entries: Map<string, Entry>, now: () => number): Adapter {
  const keyOf = (id: string) => `${model}:${id}`

  const find = async (id: string) => {
    const entry = entries.get(keyOf(id))
    if (entry && entry.expiresAt > now()) return entry.payload
    entries.delete(keyOf(id))
    return undefined
  }
  // sign-ins are few, so a scan is cheaper than keeping an index
  const search = async (matches: (payload: AdapterPayload) => boolean) =>
    [...entries.values()].find(
      entry => entry.model === model && entry.expiresAt > now() && matches(entry.payload),
    )?.payload

  return {
    find,
    findByUid: uid => search(payload => payload.uid === uid),
    findByUserCode: userCode => search(payload => payload.userCode === userCode),
    upsert: async (id, payload, expiresIn) => {
      const expiresAt = expiresIn === undefined ? Infinity : now() + expiresIn * 1000
      entries.delete(keyOf(id))
      entries.set(keyOf(id), { model, payload, expiresAt })
      if (entries.size > maxEntries) forgetOldest(entries, now())
    },
    consume: async id => {
      const entry = entries.get(keyOf(id))
      if (entry) entry.payload.consumed = Math.floor(now() / 1000)
    },
    destroy: async id => {
      entries.delete(keyOf(id))
    },
    revokeByGrantId: async grantId => {
      for (const [key, entry] of entries) {
        if (entry.model === model && entry.payload.grantId === grantId) entries.delete(key)
      }
    },
  }
}

function forgetOldest(entries: Map<string, Entry>, now: number): void {
  for (const [key, { expiresAt }] of entries) if (expiresAt <= now) entries.delete(key)
  for (const key of entries.keys()) {
    if (entries.size <= maxEntries / 2) return
    entries.delete(key)
  }
}
