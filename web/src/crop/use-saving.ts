/** Cuts the photo and hands it on, once at a time; keeps what went wrong until the next try. */
import { useState } from 'react'
import type { Cut } from './cut.ts'
import type { Picture } from './use-picture.ts'

export type Saving = Readonly<
  | { state: 'idle' | 'running' }
  /** The browser could not draw it. */
  | { state: 'undrawn' }
  | { state: 'failed'; problem: unknown }
>

export function useSaving(
  picture: Picture,
  onSave: (jpeg: Blob) => Promise<void>,
): readonly [Saving, (cut: Cut) => Promise<void>] {
  const [saving, setSaving] = useState<Saving>({ state: 'idle' })
  const save = async (cut: Cut) => {
    if (picture.state !== 'open' || saving.state === 'running') return
    setSaving({ state: 'running' })
    const jpeg = await picture.cutter.cut(cut).catch(() => undefined)
    setSaving(jpeg ? await handOn(jpeg, onSave) : { state: 'undrawn' })
  }
  return [saving, save]
}

async function handOn(jpeg: Blob, onSave: (jpeg: Blob) => Promise<void>): Promise<Saving> {
  try {
    await onSave(jpeg)
    return { state: 'idle' }
  } catch (problem) {
    // Waiting for a busy server was cancelled.
    if (problem instanceof DOMException && problem.name === 'AbortError') return { state: 'idle' }
    return { state: 'failed', problem }
  }
}
