/** Clients that keep a server waiting in different ways. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { drip } from '../support/sockets.ts'
import type { Person } from './people.ts'

export type Stall = (port: number, person: Person | undefined) => Promise<Socket>

/** As browsers do in advance. */
export async function sayNothing(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1').on('error', () => {})
  await once(socket, 'connect')
  return socket
}

export async function stopInHead(port: number): Promise<Socket> {
  const socket = await sayNothing(port)
  socket.write('GET /v1.0/me/photo/$value HTTP/1.1\r\nHost: local')
  return socket
}

/** It never pauses for long, and never ends. */
export async function sendInDrops(
  port: number,
  person: Person | undefined,
  bytes = 100_000,
): Promise<Socket> {
  const socket = await sayNothing(port)
  socket.write(
    `PUT /v1.0/me/photo/$value HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${person?.token}\r\nContent-Type: image/jpeg\r\nContent-Length: ${bytes}\r\n\r\n`,
  )
  drip(socket, 500)
  return socket
}

const questions = 400

/** Sends requests without end, and reads no answer. */
export async function readNothing(port: number, person: Person | undefined): Promise<Socket> {
  const socket = await sayNothing(port)
  socket.pause()
  const question = `GET /v1.0/me/photo/$value HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${person?.token}\r\n\r\n`
  socket.write(question.repeat(questions))
  return socket
}
