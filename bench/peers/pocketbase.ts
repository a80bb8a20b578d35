/** PocketBase: a backend in one program, in Go; pictures are files of records. */
import { randomBytes } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runProgram } from '../../test/foreign/programs.ts'
import { freePort } from '../floors/nginx.ts'
import { ask, type Peer, startProgram } from './peer.ts'
import versions from './versions.json' with { type: 'json' }

const module = 'github.com/pocketbase/pocketbase'
const email = 'bench@a.example'

const source = `package main

import (
	"log"

	"${module}"
)

func main() {
	if err := pocketbase.New().Start(); err != nil {
		log.Fatal(err)
	}
}
`

export const pocketbase: Peer = {
  title: `PocketBase ${versions[module].slice(1)}`,
  proof: 'the token of a protected file',
  needs: ['go'],
  place: 'anywhere',
  atLeast: 5,
  async install(folder, minutes) {
    await mkdir(folder, { recursive: true })
    await writeFile(join(folder, 'main.go'), source)
    for (const command of [
      ['go', 'mod', 'init', 'peer'],
      ['go', 'get', `${module}@${versions[module]}`],
      ['go', 'build', '-o', 'pocketbase', '.'],
    ] as const) {
      const { failed } = await runProgram(command, { minutes, cwd: folder })
      if (failed !== undefined) return failed
    }
    return undefined
  },
  async start(folder, pictures) {
    const port = await freePort()
    const password = randomBytes(8).toString('hex')
    const file = join(folder, 'pocketbase')
    const data = join(folder, 'data')
    const made = await runProgram([file, 'superuser', 'upsert', email, password, '--dir', data], {
      minutes: 2,
    })
    if (made.failed !== undefined) throw new Error(made.failed)
    const origin = `http://127.0.0.1:${port}`
    const program = await startProgram(
      'anywhere',
      [file, 'serve', '--http', `127.0.0.1:${port}`, '--dir', data],
      { cwd: folder },
      async () => (await fetch(`${origin}/api/health`)).ok,
    )
    const signIn = `${origin}/api/collections/_superusers/auth-with-password`
    const token = String((await ask(signIn, { body: { identity: email, password } })).token)
    const names = await upload(origin, token, pictures)
    return {
      origin,
      ...program,
      async paths() {
        const ofFiles = (await ask(`${origin}/api/files/token`, { token })).token
        return names.map(name => `/api/files/photos/${name}?token=${ofFiles}`)
      },
    }
  },
}

async function upload(
  origin: string,
  token: string,
  pictures: readonly Buffer[],
): Promise<readonly string[]> {
  const collections = `${origin}/api/collections`
  const field = { name: 'picture', type: 'file', maxSelect: 1, protected: true }
  await ask(collections, { token, body: { name: 'photos', type: 'base', fields: [field] } })
  const names: string[] = []
  for (const picture of pictures) {
    const body = new FormData()
    body.set('picture', new Blob([new Uint8Array(picture)], { type: 'image/jpeg' }), 'photo.jpg')
    const made = await ask(`${collections}/photos/records`, { token, body })
    names.push(`${made.id}/${made.picture}`)
  }
  return names
}
