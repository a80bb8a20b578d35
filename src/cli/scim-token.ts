/** `visage scim-token create`, `list` and `revoke`: the tokens of programs that provision people over SCIM. */
import type { ScimToken } from '../scim/tokens.ts'
import { type Column, chooseForm } from './forms.ts'
import { print, printOne } from './listing.ts'
import { some } from './progress.ts'
import { writeTo } from './stream.ts'
import { CommandError, jsonLines, type Terminal } from './terminal.ts'
import { type StoreFlags, withTokenStore } from './token-store.ts'

export type CreateFlags = StoreFlags & Readonly<{ expires?: number }>
export type RevokeFlags = StoreFlags & Readonly<{ id?: string }>

const dayMs = 86_400_000

/** Prints the token and nothing else on standard output, unless --json or --csv is given. */
export async function createScimToken(
  name: string,
  flags: CreateFlags,
  terminal: Terminal,
): Promise<void> {
  const form = chooseForm(flags)
  const expiresAt = flags.expires === undefined ? null : Date.now() + flags.expires * dayMs
  await withTokenStore(flags, terminal, async store => {
    const { token, created } = await store.create({ name, expiresAt })
    const row = { ...toRow(created), token }
    if (form === 'text') terminal.print(token)
    else await writeTo(terminal.stdout, printOne(form, row, [], [...names, 'token']))
    report('created', [created], terminal)
  })
}

export async function listScimTokens(flags: StoreFlags, terminal: Terminal): Promise<void> {
  const form = chooseForm(flags)
  await withTokenStore(flags, terminal, async store => {
    const rows = (await store.list()).map(toRow)
    await print({ pages: onePage(rows), form, names, columnsAt, noun }, terminal)
  })
}

export async function revokeScimToken(
  name: string,
  flags: RevokeFlags,
  terminal: Terminal,
): Promise<void> {
  const form = chooseForm(flags)
  const { id } = flags
  await withTokenStore(flags, terminal, async store => {
    const revoked = await store.revoke({ name, id })
    if (revoked.length === 0) {
      const which = id === undefined ? '' : ` with the id ${id}`
      throw new CommandError(
        `there is no token '${name}'${which}. \`visage scim-token list\` lists them.`,
        1,
      )
    }
    if (form === 'text') terminal.print(`Revoked: ${some(revoked.length, ...noun)} of ${name}.`)
    else await print({ pages: onePage(revoked.map(toRow)), form, names, columnsAt, noun }, terminal)
    report('revoked', revoked, terminal)
  })
}

const names = ['tenantId', 'name', 'id', 'createdAt', 'expiresAt', 'lastUsedAt'] as const
const noun = ['token', 'tokens'] as const

/** Times as in the lists of people. */
function toRow({ createdAt, expiresAt, lastUsedAt, ...token }: ScimToken) {
  return {
    ...token,
    createdAt: timeOf(createdAt),
    expiresAt: expiresAt === null ? null : timeOf(expiresAt),
    lastUsedAt: lastUsedAt === null ? null : timeOf(lastUsedAt),
  }
}

type Row = ReturnType<typeof toRow>

const timeOf = (ms: number) => new Date(ms).toISOString()

function columnsAt(): Column<Row>[] {
  return [
    { heading: 'NAME', width: 16, text: ({ name }) => name },
    { heading: 'ID', width: 8, text: ({ id }) => id },
    { heading: 'CREATED', width: 10, text: ({ createdAt }) => createdAt.slice(0, 10) },
    { heading: 'EXPIRES', width: 10, text: ({ expiresAt }) => expiresAt?.slice(0, 10) ?? 'never' },
    {
      heading: 'LAST USE (UTC)',
      width: 16,
      text: ({ lastUsedAt }) => lastUsedAt?.slice(0, 16).replace('T', ' ') ?? 'never',
    },
  ]
}

async function* onePage(rows: readonly Row[]): AsyncGenerator<readonly Row[]> {
  yield rows
}

/** Writes a line for a log for each token. The line does not name the operator. */
function report(
  did: 'created' | 'revoked',
  tokens: readonly ScimToken[],
  terminal: Terminal,
): void {
  for (const { tenantId, name, id } of tokens) {
    const line = { event: 'scim-token', did, tenantId, source: `scim:${name}`, id }
    jsonLines(terminal, Date.now)('info', line)
  }
}
