/** A contact as long as Graph's door lets one be, with its texts in a script of three bytes a character. */
export function longContact(displayName: string) {
  const emailAddresses = Array.from({ length: 30 }, (_, at) => ({
    address: `${at}${'語'.repeat(630)}`,
    name: '語'.repeat(640),
  }))
  return { displayName, emailAddresses }
}
