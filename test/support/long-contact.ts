/** A contact of the maximum length, with texts of three bytes per character. */
export function longContact(displayName: string) {
  const emailAddresses = Array.from({ length: 30 }, (_, at) => ({
    address: `${at}${'語'.repeat(630)}`,
    name: '語'.repeat(640),
  }))
  return { displayName, emailAddresses }
}
