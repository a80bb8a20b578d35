/**
 * The key by which names for signing in are compared, stored in the column `user_principal_name_key`. Which names are
 * allowed is in names.ts.
 */
export function userNameKey(userPrincipalName: string): string {
  return userPrincipalName.normalize('NFC').toLowerCase()
}
