/**
 * Written photos that are not visible yet, and the earlier rows that readers get instead. The store already has the
 * new photo.
 */
import type { PhotoColumns } from '../../photos/pointer.ts'

/** A row of a user, group or contact with the pointer to the photo. */
export type OwnerRow = Readonly<{ tenant_id: string; id: string }> & PhotoColumns
export type OwnerKind = 'user' | 'group' | 'contact'

type Held = { readonly photo: PhotoColumns; readonly why: string; untilMs: number }

/** A running write: until it is done, and then as long as asked, readers get the earlier photo. */
export type Hold = Readonly<{ release: (afterMs: number) => void; drop: () => void }>

export type LatePhotos = Readonly<{
  hold: (kind: OwnerKind, row: OwnerRow, why: string) => Hold
  /** The photo to show now, and the rule for it; undefined: the row's own. */
  find: (kind: OwnerKind, row: OwnerRow) => Pick<Held, 'photo' | 'why'> | undefined
  forget: () => void
}>

export function createLatePhotos(now: () => number): LatePhotos {
  const held = new Map<string, Held[]>()
  const keyOf = (kind: OwnerKind, row: OwnerRow) => `${row.tenant_id} ${kind} ${row.id}`
  return {
    hold(kind, row, why) {
      const key = keyOf(kind, row)
      const { version, upload_hash, renditions, updated_at } = row
      const photo = { version, upload_hash, renditions, updated_at }
      const entry: Held = { photo, why, untilMs: Number.POSITIVE_INFINITY }
      held.set(key, [...(held.get(key) ?? []), entry])
      return {
        release(afterMs) {
          entry.untilMs = now() + afterMs
        },
        drop() {
          entry.untilMs = 0
        },
      }
    },
    // Several writes become visible in their order.
    find(kind, row) {
      const key = keyOf(kind, row)
      const waiting = held.get(key)?.filter(({ untilMs }) => untilMs > now()) ?? []
      if (waiting.length > 0) held.set(key, waiting)
      else held.delete(key)
      return waiting[0]
    },
    forget: () => held.clear(),
  }
}
