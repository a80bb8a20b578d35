/** Failures of the directory as words for a line of the file. */
import type { Failure } from '../failure.ts'
import { quoted } from './refused.ts'

/** Says why the directory refuses a row. `comes`: subject and verb of the sentence on its source. */
export function wordsOf({ code, facts }: Failure, comes = 'they come'): string {
  switch (code) {
    case 'managed-elsewhere':
      return `${comes} from ${facts.source}, and only that source changes ${comes === 'they come' ? 'them' : 'it'}`
    case 'value-taken':
      return `the ${facts.property} ${quoted(String(facts.value))} is somebody else's`
    case 'group-full':
      return `the group would have more than ${facts.limit} members`
    case 'mailbox-full':
      return `the mailbox would have more than ${facts.limit}`
    case 'user-not-found':
      return 'the owner is no longer in the directory'
    case 'group-not-found':
      return 'the group is no longer in the directory'
    default:
      return code
  }
}
