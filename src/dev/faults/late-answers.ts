/**
 * 'visible after': a write that happens at once, while readers get the earlier photo for a time. Storage
 * is not changed: the rows that lead to a photo are replaced when they are read.
 */

import type { Call, Reply } from '../../call.ts'
import type { ContactWithPhoto } from '../../directory/find-contact.ts'
import type { GraphAnswer } from '../../graph/mounts.ts'
import { parseAddress } from '../../graph/request/address.ts'
import type { Parts } from '../../graph/request/request.ts'
import { match } from '../../graph/routes.ts'
import type { Hold, LatePhotos, OwnerKind, OwnerRow } from './late-photos.ts'
import type { Rule } from './rule.ts'

/** Wraps the answer, so that its change becomes visible later if a rule applies. */
export async function answerLate(
  struck: readonly Rule[],
  call: Call,
  parts: Parts,
  late: LatePhotos,
  answer: GraphAnswer,
): Promise<Reply> {
  const rule = struck.find(({ effect }) => effect.kind === 'late')
  const owner = rule && ownerKindOf(call)
  if (rule?.effect.kind !== 'late' || owner === undefined) return await answer(parts)(call)
  let hold: Hold | undefined
  // Recorded before the write begins, so that no reader comes before the fault.
  const recording = replaceRowsRead(parts, (kind, row) => {
    if (kind !== owner) return row
    hold?.drop()
    hold = late.hold(kind, row, rule.text)
    return row
  })
  const reply = await answer(recording)(call)
  if (reply.status < 300) hold?.release(rule.effect.ms)
  else hold?.drop()
  return reply
}

function ownerKindOf(call: Call): OwnerKind | undefined {
  try {
    const { action, target } = match(parseAddress(call.url), call.method)
    if (action !== 'update' && action !== 'delete') return undefined
    if (target === 'team') return 'group'
    return target === 'user' || target === 'group' || target === 'contact' ? target : undefined
  } catch {
    // The address does not exist, and the answer reports it.
    return undefined
  }
}

/**
 * For readers only: a writer who read the earlier photo would compare conditions with it, and take the
 * earlier bytes for unchanged.
 */
export function showLate(parts: Parts, late: LatePhotos, mention: (text: string) => void): Parts {
  return replaceRowsRead(parts, (kind, row) => {
    const before = late.find(kind, row)
    if (before === undefined) return row
    mention(before.why)
    return { ...row, ...before.photo }
  })
}

type Replace = <Row extends OwnerRow>(kind: OwnerKind, row: Row) => Row

/** The parts with every row of a photo that is read passed through `replace`. */
function replaceRowsRead(parts: Parts, replace: Replace): Parts {
  const seen =
    <Row extends OwnerRow>(kind: OwnerKind) =>
    (row: Row | undefined) =>
      row && replace(kind, row)
  return {
    ...parts,
    findUser: (...at) => parts.findUser(...at).then(seen('user')),
    findSelf: (...at) => parts.findSelf(...at).then(seen('user')),
    findGroup: (...at) => parts.findGroup(...at).then(seen('group')),
    findContact: async at => {
      const found = await parts.findContact(at)
      return found && { ...found, contact: seen<ContactWithPhoto>('contact')(found.contact) }
    },
  }
}
