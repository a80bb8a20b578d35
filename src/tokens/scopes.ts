/**
 * Converts the permissions in a token to their names. A permission may begin with its resource, as
 * in `https://graph.microsoft.com/User.Read`; one for another resource is ignored.
 */

export function permissionsIn(
  words: readonly string[],
  audiences: readonly string[],
): ReadonlySet<string> {
  const prefixes = audiences.flatMap(prefixesOf)
  return new Set(
    words.flatMap(word => {
      const prefix = prefixes.find(own => word.startsWith(own)) ?? ''
      const name = word.slice(prefix.length)
      return name === '' || name.includes('/') ? [] : name
    }),
  )
}

/** An audience may be Entra's client id, whose App ID URI is `api://` and the id. */
function prefixesOf(audience: string): string[] {
  const name = audience.replace(/\/$/, '')
  return name.includes(':') ? [`${name}/`] : [`${name}/`, `api://${name}/`]
}
