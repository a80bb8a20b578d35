/**
 * What is asked of every SDK: the rows of the table in docs/clients.md. A program of an SDK prints one line of JSON for
 * each of these, so an operation that it forgets is a failure.
 */

export type Operation = Readonly<{ title: string; targets: readonly string[] }>

const owners = ['user', 'group', 'team', 'contact'] as const

export const operations = {
  application: { title: 'An application signs in', targets: ['secret'] },
  person: { title: 'A person signs in', targets: ['code', 'device code'] },
  upload: { title: 'PUT a photo', targets: owners },
  bytes: { title: 'GET its bytes', targets: owners },
  metadata: { title: 'GET its metadata', targets: owners },
  sizes: { title: 'GET sizes', targets: ['user', 'group', 'team'] },
  list: { title: 'List, over several pages', targets: ['users', 'groups', 'contacts'] },
  batch: { title: '`$batch`', targets: ['read', 'photo'] },
  remove: { title: 'DELETE a photo', targets: ['user', 'group'] },
  conditions: { title: '`If-Match`, `If-None-Match`', targets: ['412', '304'] },
  errors: { title: 'Errors with code and words', targets: ['404', '403', '401'] },
  retry: { title: 'Another attempt after 429', targets: ['GET', 'PUT'] },
} as const satisfies Record<string, Operation>

export type OperationName = keyof typeof operations

/** Every `operation target` that a program has to speak of. */
export const everyCheck: readonly string[] = Object.entries(operations).flatMap(
  ([name, { targets }]) => targets.map(target => `${name} ${target}`),
)
