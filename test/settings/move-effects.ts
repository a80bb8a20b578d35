/**
 * Table: every setting of `visage move`, from its text to the source or destination of people and photos. A missing
 * setting does not compile.
 */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type MoveSettingName, moveSettings } from '../../src/settings/moving.ts'
import type { Texts } from '../../src/settings/table.ts'
import type { PostgresServer } from '../support/postgres.ts'
import { type S3InMemory, startS3InMemory } from '../support/s3-in-memory.ts'
import { runVisage } from '../support/visage.ts'
import { environmentOf, type Given, smallPicture, type Way } from './stand.ts'

export type MoveGiven = Omit<Given, 'serve'> &
  Readonly<{
    /** A store with one person and their photo. */
    fill: (texts: Texts & { env?: Readonly<Record<string, string>> }) => Promise<void>
    /** With the setting under test at this text; resolves with the output. */
    move: (text: string, others: Others) => Promise<string>
  }>

type Others = Readonly<
  Partial<Record<MoveSettingName, string>> & { env?: Readonly<Record<string, string>> }
>

export type MoveEffect = (given: MoveGiven, postgres: PostgresServer) => Promise<void>

const one = /^1 person, 1 photo at the source\.$/m

export const moveEffects = {
  async fromData({ fill, move }) {
    await fill({ data: 'here' })
    assert.match(await move('here', { toData: 'there' }), one)
  },
  async toData({ fill, move, cwd }) {
    await fill({ data: 'here' })
    await move('there', { fromData: 'here' })
    assert.ok(existsSync(join(cwd, 'there/visage.sqlite')))
    assert.equal(await countPacks(cwd, 'there'), 1)
  },
  async fromDatabase({ fill, move }, postgres) {
    const database = await postgres.createDatabase()
    await fill({ data: 'here', database })
    assert.match(await move(database, { fromData: 'here', toData: 'there' }), one)
  },
  async toDatabase({ fill, move, cwd }, postgres) {
    await fill({ data: 'here' })
    await move(await postgres.createDatabase(), { fromData: 'here', toData: 'there' })
    assert.ok(!existsSync(join(cwd, 'there/visage.sqlite')))
    assert.equal(await countPacks(cwd, 'there'), 1)
  },
  fromPacks: ({ fill, move, cwd }) =>
    withS3(async ({ address, env }) => {
      await fill({ data: 'here', packs: address, env })
      assert.match(await move(address, { fromData: 'here', toData: 'there', env }), one)
      assert.equal(await countPacks(cwd, 'there'), 1)
    }),
  toPacks: ({ fill, move }) =>
    withS3(async ({ address, env, keys }) => {
      await fill({ data: 'here' })
      await move(address, { fromData: 'here', toData: 'there', env })
      assert.equal(keys().filter(key => key.endsWith('.jpg')).length, 1)
    }),
} as const satisfies Record<MoveSettingName, MoveEffect>

export function moveGivenFor(name: MoveSettingName, way: Way, given: Given): MoveGiven {
  const { cwd } = given
  return {
    ...given,
    async fill({ data = 'here', ...others }) {
      const { put, visage } = await given.serve(data, others)
      assert.equal((await put(smallPicture)).status, 200)
      await visage.stop()
    },
    async move(text, { env = {}, ...others }) {
      const byFlag = way === 'flag' ? [moveSettings[name].flag, text] : []
      const variables = environmentOf(way === 'flag' ? others : { ...others, [name]: text })
      const moved = await runVisage(['move', ...byFlag], { cwd, env: { ...variables, ...env } })
      assert.equal(moved.code, 0, moved.stderr)
      return moved.stdout
    },
  }
}

async function withS3(work: (s3: S3InMemory) => Promise<void>): Promise<void> {
  await using s3 = await startS3InMemory()
  await work(s3)
}

async function countPacks(cwd: string, folder: string): Promise<number> {
  const files = await readdir(join(cwd, folder, 'packs'), { recursive: true })
  return files.filter(name => name.endsWith('.jpg')).length
}
