/**
 * The colour that an AVIF declares by nclx, which its decoder does not pass on. It decodes no pixel; a
 * malformed box is ignored.
 */

import { boxesIn, findBox } from './boxes.ts'
import { type Colour, colourOfCodes } from './colour.ts'

/** An nclx box of the primary item; the decoder itself applies matrix and range. */
export function readAvifColour(avif: Uint8Array): Colour | undefined {
  try {
    return readNclx(findPrimaryProperties(toBuffer(avif)))
  } catch (error) {
    // A box is shorter than its own counts require.
    if (error instanceof RangeError) return undefined
    throw error
  }
}

function readNclx(properties: readonly Buffer[]): Colour | undefined {
  const nclx = properties.find(body => body.toString('latin1', 0, 4) === 'nclx')
  return nclx && colourOfCodes(nclx.readUInt16BE(4), nclx.readUInt16BE(6), false)
}

/** The bodies of its `colr` boxes. https://www.iso.org/standard/83650.html 8.11.4 and 8.11.14 */
function findPrimaryProperties(avif: Buffer): readonly Buffer[] {
  const meta = findBox(avif, 'meta')?.subarray(4)
  const properties = findBox(meta, 'iprp')
  const primary = findBox(meta, 'pitm')
  const associations = findBox(properties, 'ipma')
  const container = findBox(properties, 'ipco')
  if (!primary || !associations || !container) return []
  const all = boxesIn(container)
  const numbers = readAssociations(associations, readItemId(primary))
  const own = numbers.flatMap(number => all[number - 1] ?? [])
  return own.flatMap(({ type, body }) => (type === 'colr' ? [body] : []))
}

function readItemId(primary: Buffer): number {
  return primary[0] === 0 ? primary.readUInt16BE(4) : primary.readUInt32BE(4)
}

/** The numbers of an item's properties, from 1; the highest bit marks an essential property. */
function readAssociations(ipma: Buffer, item: number): readonly number[] {
  const idLength = ipma[0] === 0 ? 2 : 4
  const numberLength = (ipma.readUInt32BE(0) & 1) === 1 ? 2 : 1
  const items = ipma.readUInt32BE(4)
  for (let read = 0, at = 8; read < items; read++) {
    const id = ipma.readUIntBE(at, idLength)
    const count = ipma.readUInt8(at + idLength)
    const first = at + idLength + 1
    at = first + count * numberLength
    if (id !== item) continue
    const mask = numberLength === 2 ? 0x7fff : 0x7f
    return Array.from(
      { length: count },
      (_, index) => ipma.readUIntBE(first + index * numberLength, numberLength) & mask,
    )
  }
  return []
}

function toBuffer({ buffer, byteOffset, length }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, length)
}
