/** Messages for an operator why people and groups were not changed. The directory throws only codes. */
import { Failure } from '../failure.ts'

/** `subject`: the person or group, as the beginning of a sentence. */
export async function inWords<Result>(
  subject: string,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof Failure) || error.detail !== '') throw error
    throw new Failure(error.code, { detail: wordsOf(subject, error), cause: error })
  }
}

function wordsOf(subject: string, { code, facts }: Failure): string {
  switch (code) {
    case 'managed-elsewhere':
      return managedElsewhere(subject, String(facts.source))
    case 'value-taken':
      return `${subject}: somebody else has the name ${facts.value}. Nothing was changed.`
    case 'reference-exists':
      return `${subject} is in the group already.`
    case 'group-full':
      return `${subject}: the group would have more than ${facts.limit} members. Nothing was changed.`
    case 'last-owner':
      return `${subject} is the only owner, and a group needs one: add another owner first.`
    case 'resource-invalid':
      return `${subject}: ${facts.reason}. Nothing was changed.`
    case 'user-not-found':
    case 'group-not-found':
      return `${subject}: ${facts.id ?? 'it'} does not exist any more.`
    default:
      return `${subject}: ${code}.`
  }
}

export function managedElsewhere(subject: string, source: string): string {
  return `${subject} comes from ${source}, and only that source changes and removes it. ${placeOf(source)} Nothing was changed.`
}

function placeOf(source: string): string {
  const [kind, name = ''] = source.split(/:(.*)/s)
  switch (kind) {
    case 'import':
      return `Change the file that is imported as ${name}, and import it again.`
    case 'scim':
      return `Change it at the identity provider that sends it as ${name}.`
    case 'cli':
      return 'Change it by `visage people` or `visage groups`.'
    default:
      return 'Change it through Microsoft Graph: PATCH and DELETE of its address.'
  }
}
