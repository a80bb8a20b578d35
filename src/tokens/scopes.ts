/**
 * Permissions as a token writes them -> their names. A permission may be written with the address of
 * the resource that it is for, `https://graph.microsoft.com/User.Read`; one for another resource than
 * this server opens nothing here.
 */

/** `audiences`: what this server is called. */
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

/** Tokens of Entra may name the client id as the audience, whose App ID URI is `api://` and the id. */
function prefixesOf(audience: string): string[] {
  const name = audience.replace(/\/$/, '')
  return name.includes(':') ? [`${name}/`] : [`${name}/`, `api://${name}/`]
}
