/**
 * A mailbox as the directory names it. What lies in it is contacts.ts and folders.ts.
 */

/** A mailbox is named by its tenant and its user. */
export type Mailbox = Readonly<{ tenantId: string; userId: string }>
