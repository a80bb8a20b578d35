/** Batches of generated calls, some of them broken in what makes them a batch. */
import fc from 'fast-check'
import { type Asked, anyText, rarely } from './calls.ts'

type Part = Readonly<{
  asked: Asked
  id: string
  dependsOn: readonly string[] | undefined
  isRelative: boolean
  broken: Readonly<{ name: string; value: unknown }> | undefined
}>

export function anyBatch(call: fc.Arbitrary<Asked>): fc.Arbitrary<Asked> {
  const id = fc.constantFrom('1', '2', '3', 'a', 'A', 'b', 'é', '__proto__', 'constructor')
  const part = fc.record({
    asked: call,
    id,
    dependsOn: fc.option(fc.array(id, { maxLength: 2 }), { nil: undefined, freq: 2 }),
    isRelative: fc.boolean(),
    broken: rarely(
      fc.record({
        name: fc.constantFrom('id', 'method', 'url', 'headers', 'body', 'dependsOn'),
        value: fc.oneof(anyText, fc.jsonValue({ maxDepth: 2 })),
      }),
    ),
  })
  const parts = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.uniqueArray(part, { maxLength: 8, selector: part => part.id.toLowerCase() }),
    },
    { weight: 1, arbitrary: fc.array(part, { maxLength: 4 }) },
  )
  return fc
    .record({
      outer: call,
      version: fc.constantFrom('v1.0', 'beta'),
      parts,
      otherMethod: rarely(fc.constantFrom('GET', 'PUT', 'OPTIONS')),
      shape: fc.nat(60),
      wild: rarely(fc.constant(true)),
    })
    .map(({ outer, version, parts, otherMethod, shape, wild }) => ({
      ...outer,
      method: otherMethod ?? 'POST',
      url: `/${version}/${shape % 3 === 0 ? '%24batch' : '$batch'}`,
      // Dependencies on earlier parts cannot form a cycle.
      body: writeBatch(wild ? parts : parts.map(inOrder), shape),
    }))
}

function inOrder(part: Part, index: number, parts: readonly Part[]): Part {
  const before = new Set(parts.slice(0, index).map(({ id }) => id))
  return { ...part, dependsOn: part.dependsOn?.filter(id => before.has(id)) }
}

function writeBatch(parts: readonly Part[], shape: number): Uint8Array {
  const requests = parts.map(writePart)
  switch (shape) {
    case 1:
      return Buffer.from(JSON.stringify(requests))
    case 2:
      return Buffer.from(JSON.stringify({ requests }).slice(0, -1))
    case 3:
      return Buffer.from(JSON.stringify({ requests: [...requests, ...requests, ...requests] }))
    case 4: {
      const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
      return Buffer.from(`{"requests":[{"id":"1","method":"PUT","url":"me","body":${deep}}]}`)
    }
    case 5:
      return Buffer.from(JSON.stringify({ requests: Array(21).fill(requests[0] ?? {}) }))
    case 6:
    case 7:
    case 8: {
      const crowd = ['1', '2', '3', '4', '5'].map(id => ({ ...requests[0], id, dependsOn: [] }))
      return Buffer.from(JSON.stringify({ requests: crowd }))
    }
    default:
      return Buffer.from(JSON.stringify({ requests }))
  }
}

function writePart({ asked, id, dependsOn, isRelative, broken }: Part): Record<string, unknown> {
  const { method, headers, body } = asked
  const url = asked.url.replace(/^\/(v1\.0|beta)(?=\/)/i, '')
  return {
    id,
    method,
    url: isRelative ? url.slice(1) : url,
    headers,
    ...(body.length > 0 && { body: readAsJson(body) ?? Buffer.from(body).toString('base64') }),
    ...(dependsOn && { dependsOn }),
    ...(broken && { [broken.name]: broken.value }),
  }
}

function readAsJson(body: Uint8Array): unknown {
  if (body.length > 10_000 || body[0] !== 0x7b) return undefined
  try {
    return JSON.parse(Buffer.from(body).toString())
  } catch {
    return undefined
  }
}
