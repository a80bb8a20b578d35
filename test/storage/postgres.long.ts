/** What is special about PostgreSQL: a server that goes away, says no, or is slow; several nodes on it. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import { certificateFor } from '../../src/dev/certificate.ts'
import { prepareFindContact } from '../../src/directory/find-contact.ts'
import { addGroups, groupEntryColumns, prepareFindGroup } from '../../src/directory/groups.ts'
import { addContact } from '../../src/directory/mailbox/contacts.ts'
import { addFolder } from '../../src/directory/mailbox/folders.ts'
import { addUsers } from '../../src/directory/users.ts'
import { Failure } from '../../src/failure.ts'
import { countConnections } from '../../src/storage/health.ts'
import { parsePostgres } from '../../src/storage/location.ts'
import { migrate } from '../../src/storage/migrations.ts'
import {
  migrationTimeouts,
  openPostgres,
  type PostgresOptions,
  requestTimeouts,
} from '../../src/storage/postgres.ts'
import { prepareRow } from '../../src/storage/prepared.ts'
import type { Database } from '../../src/storage/schema.ts'
import { inTransaction } from '../../src/storage/transactions.ts'
import { takeTurn } from '../../src/storage/turns.ts'
import { describeConditions } from '../suites/conditions.ts'
import { describeDatabase } from '../suites/database.ts'
import { describeGroupsOfPerson } from '../suites/groups-of-person.ts'
import { describeImport } from '../suites/import.ts'
import { describeContactImport } from '../suites/import-contacts.ts'
import { describeJsonImport } from '../suites/import-json.ts'
import { describeLeavers } from '../suites/leavers.ts'
import { describeMailboxes } from '../suites/mailboxes.ts'
import { describePeople } from '../suites/people.ts'
import { describePhotoCoverage } from '../suites/photo-coverage.ts'
import { describeConcurrentWriters } from '../suites/photos.ts'
import { describeQueries } from '../suites/queries.ts'
import { describeScim } from '../suites/scim.ts'
import { describeScimSenders } from '../suites/scim-senders.ts'
import { describeScimTokens } from '../suites/scim-tokens.ts'
import { describeSearch } from '../suites/search.ts'
import { describeSignIns } from '../suites/sign-ins.ts'
import { type PostgresServer, startPostgres } from '../support/postgres.ts'
import { startTcpProxy } from '../support/tcp-proxy.ts'
import { prepareWholeUsers } from '../support/whole-users.ts'

const server = await startPostgres()
after(() => server[Symbol.asyncDispose]())

const open = async (options: Partial<PostgresOptions> = {}) =>
  openPostgres({ url: await server.createDatabase(), connections: 10, ...options })

describeDatabase('PostgreSQL', open)
describeMailboxes('PostgreSQL', open)
describeGroupsOfPerson('PostgreSQL', open)
describePeople('PostgreSQL', open)
describePhotoCoverage('PostgreSQL', open)
describeImport('PostgreSQL', open)
describeJsonImport('PostgreSQL', open)
describeContactImport('PostgreSQL', open)
describeConditions(
  'PostgreSQL',
  open,
  100,
  column => new RegExp(`Index Cond: [^\\n]*\\b${column} = `),
)
describeLeavers('PostgreSQL', open)
describeSignIns('PostgreSQL', open)
describeScimTokens('PostgreSQL', open)
describeScim('PostgreSQL', open)
describeScimSenders('PostgreSQL', open)
// Ten connections.
describeSearch('PostgreSQL', open, 20)
describeQueries('PostgreSQL', open)

describeConcurrentWriters('PostgreSQL', async () => {
  const url = await server.createDatabase()
  const one = await openPostgres({ url, connections: 10 })
  const two = await openPostgres({ url, connections: 10 })
  const close = async () => {
    await one.destroy()
    await two.destroy()
  }
  return { databases: [one, two], close }
})

describe('a photo and its owner, changed at once in PostgreSQL', () => {
  const disable = (database: Database) =>
    database.updateTable('users').set({ is_active: 0 }).where('id', '=', 'a').execute()
  const setPhoto = (database: Database) =>
    sql`insert into photos (tenant_id, owner_kind, owner_id, version, upload_hash, renditions, updated_at)
      values ('t', 'user', 'a', 'v', '', '[]', 1)`.execute(database)

  for (const [first, second, order] of [
    [disable, setPhoto, 'who is disabled gets a photo'],
    [setPhoto, disable, 'who gets a photo is disabled'],
  ] as const) {
    test(`${order}: the second waits for the first, and nothing is proved`, async () => {
      await using database = await openMigrated({ url: await server.createDatabase() })
      const anna = { id: 'a', userPrincipalName: 'a@a.example', displayName: 'Anna' }
      await addUsers(database, 't', [anna])
      const { isWaiting, done } = await database.transaction().execute(async transaction => {
        await first(transaction)
        let isWaiting = true
        const done = second(database).finally(() => (isWaiting = false))
        await delay(300)
        return { isWaiting, done }
      })
      await done
      const photo = await database.selectFrom('photos').selectAll().executeTakeFirstOrThrow()
      assert.deepEqual([isWaiting, photo.owner_is_active], [true, 0])
    })
  }
})

describe('several nodes on one PostgreSQL', () => {
  test('start at once and make the tables once, however long the others take', async () => {
    const url = await server.createDatabase()
    const timeouts = { ...migrationTimeouts, statementMs: 0 }
    const starts = Array.from({ length: 6 }, async () => {
      await using database = await openPostgres({ url, connections: 2, timeouts })
      await migrate(database)
    })
    await Promise.all(starts)
    await using database = await openPostgres({ url, connections: 2 })
    const { rows } = await sql<{ name: string }>`
      select name from kysely_migration order by name`.execute(database)
    assert.deepEqual(
      rows.map(row => row.name),
      [
        '0001',
        '0002',
        '0003',
        '0004',
        '0005',
        '0006',
        '0007',
        '0008',
        '0009',
        '0010',
        '0012',
        '0013',
        '0014',
        '0015',
      ],
    )
    await insertRetired(database, 'x')
  })

  test('keep out of the way of another Visage that has its tables in another schema', async () => {
    const url = new URL(await server.createDatabase())
    await using one = await openMigrated({ url: url.href })
    await insertRetired(one, 'of one')
    await sql`create schema two`.execute(one)
    url.searchParams.set('options', '-c search_path=two,public')
    // What is there is used, wherever the path finds it.
    await using both = await openMigrated({ url: url.href })
    assert.deepEqual(await readRetired(both), ['of one'])
    url.searchParams.set('options', '-c search_path=two')
    await using two = await openMigrated({ url: url.href })
    assert.deepEqual(await readRetired(two), [])
    await migrate(two)
    await migrate(one)
  })

  test('removing a person costs the same among many as among few, also before there are statistics', async () => {
    const blocksEach = async (count: number) => {
      // One connection, because each has counts of its own.
      await using database = await openMigrated({
        url: await server.createDatabase(),
        connections: 1,
      })
      const ids = Array.from({ length: count }, () => crypto.randomUUID())
      const people = ids.map(id => ({ id, userPrincipalName: `${id}@a.example`, displayName: id }))
      await addUsers(database, 'tenant', people)
      const visited = async () => {
        await sql`select pg_stat_force_next_flush()`.execute(database)
        const { rows } = await sql<{ blocks: number }>`
          select (idx_blks_hit + idx_blks_read)::int as blocks from pg_statio_user_indexes
          where indexrelname = 'directory_words_key'`.execute(database)
        return rows[0]?.blocks ?? Number.NaN
      }
      const before = await visited()
      await database.deleteFrom('users').execute()
      return ((await visited()) - before) / count
    }
    const [among50, among800] = [await blocksEach(50), await blocksEach(800)]
    assert.ok(among800 < among50 * 3, `${among800} blocks each, not ${among50}`)
  })

  test('a prepared query sees what the other has committed', async () => {
    const url = await server.createDatabase()
    await using one = await openMigrated({ url })
    await using two = await openPostgres({ url, connections: 2 })
    const read = prepareRetired(two)
    assert.equal(await read({ version: 'x' }), undefined)
    await insertRetired(one, 'x')
    assert.equal((await read({ version: 'x' }))?.retired_at, 0)
  })
})

describe('a turn', () => {
  test('is had by one node at a time, and by the next one afterwards', async () => {
    const url = await server.createDatabase()
    await using one = await openPostgres({ url, connections: 2 })
    await using two = await openPostgres({ url, connections: 2 })
    const started = Promise.withResolvers<void>()
    const finish = Promise.withResolvers<void>()
    const working = takeTurn(one, 'sweep', async () => {
      started.resolve()
      await finish.promise
      return 'done'
    })
    await started.promise
    assert.equal(await takeTurn(two, 'sweep', async () => 'done'), undefined)
    assert.equal(await takeTurn(one, 'sweep', async () => 'done'), undefined)
    finish.resolve()
    assert.equal(await working, 'done')
    const failing = async () => Promise.reject(new Error('swept nothing'))
    await assert.rejects(takeTurn(one, 'sweep', failing), /swept nothing/)
    assert.equal(await takeTurn(two, 'sweep', async () => 'done'), 'done')
  })

  test('whose connection is lost is free, and what its work came to stands', async () => {
    const url = await server.createDatabase()
    await using one = await openPostgres({ url, connections: 1 })
    await using two = await openPostgres({ url, connections: 1 })
    const working = takeTurn(one, 'sweep', async () => {
      const ended = await server.run(
        `select pg_terminate_backend(pid, 5000) from pg_locks where locktype = 'advisory'`,
      )
      assert.equal(ended.length, 1)
      assert.equal(await takeTurn(two, 'sweep', async () => 'done'), 'done')
      return 'done'
    })
    assert.equal(await working, 'done')
    assert.equal(await takeTurn(one, 'sweep', async () => 'done'), 'done')
  })
})

describe('the way to PostgreSQL', () => {
  let encrypted: PostgresServer
  let folder: string
  let url: string
  before(async () => {
    const tls = await certificateFor(['127.0.0.1'])
    encrypted = await startPostgres({ tls })
    folder = await mkdtemp(join(tmpdir(), 'visage-tls-'))
    await writeFile(join(folder, 'signer.pem'), tls.cert)
    await writeFile(join(folder, 'other.pem'), (await certificateFor(['127.0.0.1'])).cert)
    url = await encrypted.createDatabase()
  })
  after(async () => {
    await encrypted[Symbol.asyncDispose]()
    await rm(folder, { recursive: true })
  })
  const openWith = async (query: string) => {
    const parsed = parsePostgres(`${url}?${query}`)
    return await openPostgres({ url: parsed ?? '', connections: 1 })
  }
  const isEncrypted = async (database: Database) => {
    const { rows } = await sql<{ ssl: boolean }>`
      select ssl from pg_stat_ssl where pid = pg_backend_pid()`.execute(database)
    return rows[0]?.ssl
  }

  for (const mode of ['verify-full', 'require']) {
    test(`is encrypted under ${mode}, to the server that proves who it is`, async () => {
      const signer = (name: string) => `sslmode=${mode}&sslrootcert=${join(folder, name)}`
      await using database = await openWith(signer('signer.pem'))
      assert.equal(await isEncrypted(database), true)
      await assert.rejects(openWith(signer('other.pem')), isUnavailable)
      await assert.rejects(openWith(`sslmode=${mode}`), hasDetail(/self-signed certificate/))
      // The same server under a name that its certificate does not hold.
      url = url.replace('127.0.0.1', 'localhost')
      await assert.rejects(openWith(signer('signer.pem')), hasDetail(/localhost/))
      url = url.replace('localhost', '127.0.0.1')
    })
  }

  test('is encrypted to whoever answers under no-verify, and open without a word', async () => {
    await using unverified = await openWith('sslmode=no-verify')
    assert.equal(await isEncrypted(unverified), true)
    await using open = await openWith('')
    assert.equal(await isEncrypted(open), false)
  })

  test('is not taken when the server cannot encrypt and was asked to', async () => {
    const plain = `${await server.createDatabase()}?sslmode=verify-full`
    await assert.rejects(open({ url: plain }), hasDetail(/does not support SSL/))
  })
})

describe('a prepared query on PostgreSQL', () => {
  test('is parsed by the server once for each connection, and others are not kept', async () => {
    await using database = await openMigrated({ connections: 1 })
    const read = prepareRetired(database)
    for (const version of ['a', 'b', 'c']) await read({ version })
    const { rows } = await sql<{ statement: string; from_sql: boolean }>`
      select statement, from_sql from pg_prepared_statements`.execute(database)
    assert.equal(rows.length, 1)
    assert.match(rows[0]?.statement ?? '', /retired_packs/)
  })

  test('is one message to the server and its answer, for a person or a group and the pointer to the photo', async () => {
    const url = new URL(await server.createDatabase())
    await using line = await startTappedLine(Number(url.port))
    url.port = String(line.port)
    await using database = await openMigrated({ url: url.href, connections: 1 })
    await addUsers(database, 't', [{ id: 'a', userPrincipalName: 'a@x.y', displayName: 'A' }])
    const { findUser } = prepareWholeUsers(database)
    for (const name of ['a', 'a@x.y']) {
      await findUser('t', name)
      line.said.length = 0
      assert.equal((await findUser('t', name))?.id, 'a')
      // Bind, Describe, Execute, Sync: nothing is parsed, and nothing waited for in between.
      assert.deepEqual(line.said, ['BDES'])
    }
    await addGroups(database, 't', [{ id: 'g', displayName: 'G' }])
    const findGroup = prepareFindGroup(database, groupEntryColumns)
    await findGroup('t', 'g')
    line.said.length = 0
    assert.equal((await findGroup('t', 'g'))?.id, 'g')
    assert.deepEqual(line.said, ['BDES'])
  })

  test('is one message for a contact too, with the person and its folder, and one more for a path of several', async () => {
    const url = new URL(await server.createDatabase())
    await using line = await startTappedLine(Number(url.port))
    url.port = String(line.port)
    await using database = await openMigrated({ url: url.href, connections: 1 })
    await addUsers(database, 't', [{ id: 'a', userPrincipalName: 'a@x.y', displayName: 'A' }])
    const mailbox = { tenantId: 't', userId: 'a' }
    for (const [index, id] of ['one', 'two', 'three'].entries()) {
      const parentFolderId = [undefined, 'one', 'two'][index]
      await addFolder(database, mailbox, { id, parentFolderId, displayName: id })
      await addContact(database, mailbox, { id: `in ${id}`, folderId: id, displayName: id })
    }
    const find = prepareFindContact(database)
    const ask = async (idOrName: string, id: string, ...folders: string[]) => {
      line.said.length = 0
      const found = await find({ tenantId: 't', idOrName, by: 'idOrName', folders, id })
      assert.equal(found?.contact?.id, id)
      return line.said
    }
    for (const name of ['a', 'a@x.y']) {
      for (const path of [[], ['one']]) {
        await ask(name, 'in one', ...path)
        assert.deepEqual(await ask(name, 'in one', ...path), ['BDES'])
      }
      // The way up is parsed each time, in the same packet: few paths are asked for.
      const said = await ask(name, 'in three', 'one', 'two', 'three')
      assert.deepEqual(said, ['BDES', 'PBDES'])
    }
  })

  test('is one message for all that are asked at the same time, and each gets its own row', async () => {
    const url = new URL(await server.createDatabase())
    await using line = await startTappedLine(Number(url.port))
    url.port = String(line.port)
    await using database = await openMigrated({ url: url.href, connections: 1 })
    const versions = [
      'plain',
      'a,b',
      '{}',
      'back\\slash',
      '"quoted"',
      '',
      'null',
      'line\nend',
      '王',
    ]
    for (const version of versions) await insertRetired(database, version)
    const read = prepareRetired(database)
    await read({ version: 'plain' })
    line.said.length = 0
    const asked = [...versions, 'nowhere', ...versions]
    const rows = await Promise.all(asked.map(version => read({ version })))
    assert.deepEqual(
      rows.map(row => row?.version),
      [...versions, undefined, ...versions],
    )
    assert.deepEqual(line.said, ['BDES'])
    assert.equal(
      (await Promise.all(Array.from({ length: 70 }, () => read({ version: '' })))).length,
      70,
    )
    assert.deepEqual(
      line.said,
      Array.from({ length: 4 }, () => 'BDES'),
    )
  })

  test('gets a plan once, however many are asked at the same time', async () => {
    await using database = await openMigrated({ connections: 1 })
    const { findUser } = prepareWholeUsers(database)
    const caller = { issuer: 'https://i.example', callerId: 'c' }
    for (let round = 0; round < 40; round += 1) {
      const ids = Array.from({ length: 1 + (round % 20) }, (_, at) => `${at}`)
      await Promise.all(ids.map(id => findUser('t', id, 'id', caller)))
    }
    const { rows } = await sql<{ generic: number }>`
      select generic_plans as generic from pg_prepared_statements`.execute(database)
    assert.deepEqual(rows, [{ generic: 35 }])
  })

  test('sees what was committed before it was asked, whoever asks at the same time', async () => {
    await using database = await openMigrated({ connections: 3 })
    const read = prepareRetired(database)
    for (let round = 0; round < 20; round += 1) {
      const early = read({ version: `${round}` })
      await insertRetired(database, `${round}`)
      const [late, other] = await Promise.all([
        read({ version: `${round}` }),
        read({ version: 'nowhere' }),
      ])
      assert.deepEqual([late?.version, other], [`${round}`, undefined])
      await early
    }
  })

  test('fails for all that are asked at the same time, and the next ones work', async () => {
    await using database = await openMigrated({ connections: 1 })
    const read = prepareRetired(database)
    await insertRetired(database, 'a')
    await sql`select pg_terminate_backend(pg_backend_pid())`.execute(database).catch(() => {})
    await sql`alter table retired_packs rename to away`.execute(database)
    const all = await Promise.allSettled([read({ version: 'a' }), read({ version: 'b' })])
    assert.deepEqual(
      all.map(({ status }) => status),
      ['rejected', 'rejected'],
    )
    await sql`alter table away rename to retired_packs`.execute(database)
    assert.equal((await read({ version: 'a' }))?.version, 'a')
  })

  test('goes on when a newer node adds a column to its table', async () => {
    await using database = await openMigrated({ connections: 1 })
    const read = prepareRetired(database)
    await insertRetired(database, 'a')
    assert.equal((await read({ version: 'a' }))?.retired_at, 0)
    await sql`alter table retired_packs add column why text`.execute(database)
    for (let round = 0; round < 3; round += 1) {
      assert.equal((await read({ version: 'a' }))?.version, 'a')
    }
  })
})

describe('a PostgreSQL server that refuses', () => {
  test('is a storage fault where none listens, none resolves, or the password is wrong', async () => {
    const nobody = 'postgres://postgres:x@127.0.0.1:1/visage'
    await assert.rejects(open({ url: nobody }), hasDetail(/ECONNREFUSED/))
    await assert.rejects(open({ url: 'postgres://x@nowhere.invalid/x' }), hasDetail(/nowhere/))
    const right = await server.createDatabase()
    const wrong = right.replace(/:[^:@]+@/, ':wrong@')
    await assert.rejects(open({ url: wrong }), hasDetail(/refuses the user or the password/))
    const missing = right.replace(/[^/]+$/, 'nothing')
    await assert.rejects(open({ url: missing }), hasDetail(/no such database/))
  })

  test('never shows the password in what it says', async () => {
    const url = 'postgres://postgres:not-for-the-log@127.0.0.1:1/visage'
    const error: unknown = await open({ url }).catch(reason => reason)
    assert.ok(error instanceof Failure)
    assert.doesNotMatch(`${error.stack} ${error.detail} ${error.cause}`, /not-for-the-log/)
  })

  test('is a storage fault when it is read-only, and works again without a new start', async () => {
    await using database = await openMigrated({ connections: 1 })
    await sql`set default_transaction_read_only = on`.execute(database)
    await assert.rejects(insertRetired(database, 'x'), hasDetail(/read-only/))
    await sql`set default_transaction_read_only = off`.execute(database)
    await insertRetired(database, 'x')
  })

  test('is written to again as soon as it is no longer read-only for those who connect', async () => {
    const url = await server.createDatabase()
    const name = new URL(url).pathname.slice(1)
    await using database = await openMigrated({ url, connections: 2 })
    await server.run(`alter database ${name} set default_transaction_read_only = on`)
    await server.run(
      `select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = '${name}'`,
    )
    await assert.rejects(insertRetired(database, 'x'), isUnavailable)
    await server.run(`alter database ${name} reset default_transaction_read_only`)
    await insertRetired(database, 'y')
    await insertRetired(database, 'z')
  })

  test('says which right the user lacks, or that there is no schema', async () => {
    const url = new URL(await server.createDatabase())
    await server.run(`create role weak login password 'weak'`)
    Object.assign(url, { username: 'weak', password: 'weak' })
    await using database = await open({ url: url.href })
    await assert.rejects(migrate(database), hasDetail(/permission denied for schema public/))
    url.searchParams.set('options', '-c search_path=nothing')
    await using lost = await open({ url: url.href })
    await assert.rejects(migrate(lost), hasDetail(/no schema/))
  })

  test('is a storage fault when it has no connection left', async () => {
    await using database = await openMigrated({ connections: 2 })
    const { rows } = await sql<{ name: string }>`select current_database() as name`.execute(
      database,
    )
    await server.run(`create role few login password 'few' connection limit 1`)
    const url = `postgres://few:few@127.0.0.1:${server.port}/${rows[0]?.name}`
    await using first = await openPostgres({ url, connections: 2 })
    assert.equal((await sql`select 1`.execute(first)).rows.length, 1)
    await assert.rejects(openPostgres({ url, connections: 1 }), hasDetail(/53300/))
  })

  test('has a bug, no storage fault, when a table is missing', async () => {
    await using database = await open()
    await assert.rejects(readRetired(database), error => !(error instanceof Failure))
  })
})

describe('a PostgreSQL server that comes and goes', () => {
  test('is a storage fault while it is away and serves again afterwards, without a new start', async () => {
    await using own = await startPostgres()
    await using database = await openMigrated({ url: await own.createDatabase() })
    const read = prepareRetired(database)
    await insertRetired(database, 'before')
    await read({ version: 'before' })
    await own.stop()
    for (let round = 0; round < 3; round += 1) {
      await assert.rejects(read({ version: 'before' }), isUnavailable)
    }
    await assert.rejects(insertRetired(database, 'meanwhile'), isUnavailable)
    await own.start()
    assert.equal((await read({ version: 'before' }))?.version, 'before')
    await insertRetired(database, 'after')
    assert.deepEqual(await readRetired(database), ['after', 'before'])
  })

  test('ends a session in the middle of a transaction: nothing of it stays, the next one works', async () => {
    await using database = await openMigrated()
    const attempt = database.transaction().execute(async transaction => {
      await insertRetired(transaction, 'lost')
      const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(
        transaction,
      )
      await server.run(`select pg_terminate_backend(${rows[0]?.pid}, 5000)`)
      await insertRetired(transaction, 'lost too')
    })
    await assert.rejects(attempt, isUnavailable)
    assert.deepEqual(await readRetired(database), [])
    await insertRetired(database, 'kept')
    assert.deepEqual(await readRetired(database), ['kept'])
  })

  test('ends a session in the breath in which it begins: a storage fault, and the process lives', async () => {
    await using hasty = await startHastyServer()
    const url = `postgres://postgres@127.0.0.1:${hasty.port}/visage`
    await assert.rejects(openPostgres({ url, connections: 1 }), isUnavailable)
  })

  test('closes a connection that is written to in that instant: a storage fault, and the next one works', async () => {
    const url = new URL(await server.createDatabase())
    await using line = await startBluntLine(Number(url.port))
    url.port = String(line.port)
    await using database = await openMigrated({ url: url.href, connections: 1 })
    line.cut()
    // This process does not hear of it before it writes: EPIPE.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_000)
    await assert.rejects(readRetired(database), hasDetail(/EPIPE/))
    assert.deepEqual(await readRetired(database), [])
  })

  test('ends idle sessions, and no request notices', async () => {
    await using database = await openMigrated()
    await Promise.all(
      Array.from({ length: 10 }, () => sql`select pg_sleep(0.05)`.execute(database)),
    )
    const { rows } = await sql<{ name: string }>`select current_database() as name`.execute(
      database,
    )
    await server.run(
      `select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = '${rows[0]?.name}'`,
    )
    for (let round = 0; round < 10; round += 1) assert.deepEqual(await readRetired(database), [])
  })

  test('cuts connections under load: every acknowledged write is there', async () => {
    const url = new URL(await server.createDatabase())
    await using proxy = await startTcpProxy(Number(url.port))
    url.port = String(proxy.port)
    await using database = await openMigrated({ url: url.href })
    const acknowledged: string[] = []
    const wrong: unknown[] = []
    const write = async (version: string) => {
      try {
        await database
          .transaction()
          .execute(async transaction => await insertRetired(transaction, version))
        acknowledged.push(version)
      } catch (error) {
        if (!isUnavailable(error)) wrong.push(error)
      }
    }
    for (let round = 0; round < 20; round += 1) {
      const writes = Array.from({ length: 20 }, (_, lane) => write(`${round}-${lane}`))
      await new Promise(resolve => setTimeout(resolve, round % 7))
      proxy.cut()
      await Promise.all(writes)
    }
    assert.deepEqual(wrong, [])
    await write('last')
    assert.ok(acknowledged.includes('last'))
    const kept = new Set(await readRetired(database))
    assert.deepEqual(
      acknowledged.filter(version => !kept.has(version)),
      [],
    )
  })
})

describe('a PostgreSQL server that is slow', () => {
  test('is a storage fault after the time a statement has, and the connection stays good', async () => {
    const timeouts = { ...requestTimeouts, statementMs: 100 }
    await using database = await openMigrated({ connections: 1, timeouts })
    await assert.rejects(sql`select pg_sleep(5)`.execute(database), hasDetail(/57014/))
    assert.deepEqual(await readRetired(database), [])
  })

  test('that says nothing at all is a storage fault, and is asked over a new connection then', async () => {
    const url = new URL(await server.createDatabase())
    await using proxy = await startTcpProxy(Number(url.port))
    url.port = String(proxy.port)
    const timeouts = { ...requestTimeouts, connectMs: 2_000, silenceMs: 2_000 }
    await using database = await openMigrated({ url: url.href, timeouts, connections: 1 })
    proxy.silence()
    await assert.rejects(readRetired(database), hasDetail(/Query read timeout/))
    await assert.rejects(readRetired(database), hasDetail(/timeout/))
    const transaction = database.transaction().execute(async () => {})
    await assert.rejects(transaction, isUnavailable)
    proxy.mend()
    assert.deepEqual(await readRetired(database), [])
  })

  test('lets requests wait for a free connection, but not for ever', async () => {
    const timeouts = { ...requestTimeouts, connectMs: 1_000 }
    await using database = await openMigrated({ connections: 1, timeouts })
    const long = sql`select pg_sleep(3)`.execute(database)
    await assert.rejects(readRetired(database), hasDetail(/timeout exceeded/))
    await long
    assert.deepEqual(await readRetired(database), [])
  })

  test('leaves connections to those who read, however many wait to change something', async () => {
    const url = await server.createDatabase()
    await using database = await openMigrated({ url, connections: 4 })
    await using other = await openPostgres({ url, connections: 1 })
    await insertRetired(other, 'locked')
    const locked = Promise.withResolvers<void>()
    const free = Promise.withResolvers<void>()
    const holding = other.transaction().execute(async transaction => {
      await transaction.updateTable('retired_packs').set({ retired_at: 1 }).execute()
      locked.resolve()
      await free.promise
    })
    await locked.promise
    const change = () =>
      inTransaction(database, async transaction => {
        await transaction
          .updateTable('retired_packs')
          .set(({ eb }) => ({ retired_at: eb('retired_at', '+', 1) }))
          .execute()
      })
    const changes = Array.from({ length: 8 }, change)
    assert.deepEqual(await readRetired(database), ['locked'])
    assert.equal(countConnections(database)?.waiting, 6)
    free.resolve()
    await Promise.all([holding, ...changes])
    const { retired_at } = await database
      .selectFrom('retired_packs')
      .select('retired_at')
      .executeTakeFirstOrThrow()
    assert.equal(retired_at, 9)
  })

  test('lets transactions wait for each other, but not for ever', async () => {
    const timeouts = { ...requestTimeouts, connectMs: 300 }
    await using database = await openMigrated({ connections: 2, timeouts })
    const free = Promise.withResolvers<void>()
    const holding = inTransaction(database, () => free.promise)
    try {
      await assert.rejects(
        inTransaction(database, async () => {}),
        hasDetail(/connections for transactions are in use/),
      )
    } finally {
      free.resolve()
    }
    await holding
    await inTransaction(database, async () => {})
    await assert.rejects(
      inTransaction(database, () => Promise.reject(new Error('of its own'))),
      /of its own/,
    )
    await inTransaction(database, async () => {})
  })

  test('does not let a node that froze in a transaction hold its locks', async () => {
    const url = await server.createDatabase()
    const timeouts = { ...requestTimeouts, idleInTransactionMs: 100 }
    await using frozen = await openMigrated({ url, timeouts })
    await using other = await openPostgres({ url, connections: 1 })
    await insertRetired(other, 'row')
    const holding = frozen.transaction().execute(async transaction => {
      await transaction.updateTable('retired_packs').set({ retired_at: 1 }).execute()
      await new Promise(resolve => setTimeout(resolve, 1000))
      await insertRetired(transaction, 'too late')
    })
    const refused = assert.rejects(holding, isUnavailable)
    await new Promise(resolve => setTimeout(resolve, 50))
    await other.updateTable('retired_packs').set({ retired_at: 2 }).execute()
    await refused
    const rows = await other.selectFrom('retired_packs').select(['version', 'retired_at']).execute()
    assert.deepEqual(rows, [{ version: 'row', retired_at: 2 }])
  })
})

/** Tells what the client says once it is signed in: the types of the messages, by packet. */
async function startTappedLine(
  targetPort: number,
): Promise<AsyncDisposable & { readonly port: number; readonly said: string[] }> {
  const said: string[] = []
  const ends: Socket[] = []
  const line = createServer(near => {
    const far = connect(targetPort, '127.0.0.1')
    ends.push(near, far)
    near.pipe(far).pipe(near)
    near.on('data', packet => void said.push(typesIn(packet)))
  }).listen(0, '127.0.0.1')
  await once(line, 'listening')
  const { port } = line.address() as AddressInfo
  const close = async () => {
    line.close()
    for (const end of ends) end.destroy()
  }
  return { port, said, [Symbol.asyncDispose]: close }
}

/** Each is a type and a length (https://www.postgresql.org/docs/current/protocol-message-formats.html). */
function typesIn(packet: Buffer): string {
  const types: string[] = []
  for (let at = 0; at + 5 <= packet.length; at += 1 + Math.max(4, packet.readInt32BE(at + 1))) {
    types.push(packet.toString('latin1', at, at + 1))
  }
  return types.join('')
}

/** Another process passes on what is said, until it closes its side and then resets the connection. */
async function startBluntLine(
  targetPort: number,
): Promise<AsyncDisposable & { readonly port: number; cut: () => void }> {
  const program = `
    const { connect, createServer } = require('node:net')
    const ends = new Set()
    const server = createServer(near => {
      const far = connect(${targetPort}, '127.0.0.1')
      for (const end of [near, far]) end.on('error', () => {})
      ends.add(near)
      near.pipe(far)
      far.pipe(near)
    }).listen(0, '127.0.0.1', () => process.send(server.address().port))
    process.on('message', () => {
      for (const end of ends) end.end(() => setTimeout(() => end.resetAndDestroy(), 20))
      ends.clear()
    })`
  const line = spawn(process.execPath, ['--eval', program], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const [port] = (await once(line, 'message')) as [number]
  const close = async () => {
    line.kill()
    await once(line, 'exit')
  }
  return { port, cut: () => void line.send('cut'), [Symbol.asyncDispose]: close }
}

/** Says in one packet that a session is ready and that it is over, as a server does that is told to stop just then. */
async function startHastyServer(): Promise<AsyncDisposable & { readonly port: number }> {
  const message = (type: string, body: string) => {
    const head = Buffer.from(`${type}....`)
    head.writeInt32BE(body.length + 4, 1)
    return Buffer.concat([head, Buffer.from(body)])
  }
  const authenticated = message('R', '\0\0\0\0')
  const ready = message('Z', 'I')
  const over = message('E', 'SFATAL\0C57P01\0Mterminating connection\0\0')
  const hasty = createServer(socket => {
    socket.on('error', () => {})
    socket.once('data', () => socket.end(Buffer.concat([authenticated, ready, over])))
  }).listen(0, '127.0.0.1')
  await once(hasty, 'listening')
  const { port } = hasty.address() as AddressInfo
  return { port, [Symbol.asyncDispose]: async () => void hasty.close() }
}

/** Who makes the tables is patient, whatever those are who use them. */
async function openMigrated(options: Partial<PostgresOptions> = {}): Promise<Database> {
  const { url = await server.createDatabase() } = options
  await using patient = await openPostgres({ url, connections: 1 })
  await migrate(patient)
  return await open({ ...options, url })
}

function prepareRetired(database: Database) {
  return prepareRow(database, ['version'], (rows, at) =>
    rows.selectFrom('retired_packs').selectAll().where('version', '=', at.version),
  )
}

async function insertRetired(database: Database, version: string): Promise<void> {
  await database.insertInto('retired_packs').values({ version, retired_at: 0 }).execute()
}

async function readRetired(database: Database): Promise<string[]> {
  const query = database.selectFrom('retired_packs').select('version').orderBy('version')
  return (await query.execute()).map(row => row.version)
}

function isUnavailable(error: unknown): boolean {
  return error instanceof Failure && error.code === 'storage-unavailable'
}

function hasDetail(pattern: RegExp): (error: unknown) => boolean {
  return error => error instanceof Failure && isUnavailable(error) && pattern.test(error.detail)
}
