/**
 * Pictures that contain a number, readable from every size after any encoding: 6 x 6 black or white fields. Each photo
 * can be traced to its upload, and a mixture of two is detected.
 */
import sharp from 'sharp'

const side = 120
const fieldsPerSide = 6
const numberBits = 28

/** A small JPEG of a number below 2^28. */
export async function drawNumber(number: number): Promise<Buffer> {
  const bits = bitsOf(number)
  const field = side / fieldsPerSide
  const pixels = Buffer.alloc(side * side)
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const at = Math.floor(y / field) * fieldsPerSide + Math.floor(x / field)
      pixels[y * side + x] = bits[at] ? 235 : 20
    }
  }
  const raw = { width: side, height: side, channels: 1 } as const
  return await sharp(pixels, { raw }).jpeg({ quality: 80 }).toBuffer()
}

/** Throws if the bytes are not a complete picture, or not one of these. */
export async function readNumber(picture: Uint8Array): Promise<number> {
  const { data, info } = await sharp(picture, { failOn: 'truncated' })
    .greyscale()
    .toColourspace('b-w')
    .raw()
    .toBuffer({ resolveWithObject: true })
  const bits = Array.from({ length: fieldsPerSide ** 2 }, (_, at) => {
    const x = Math.floor((((at % fieldsPerSide) + 0.5) * info.width) / fieldsPerSide)
    const y = Math.floor(((Math.floor(at / fieldsPerSide) + 0.5) * info.height) / fieldsPerSide)
    return (data[y * info.width + x] ?? 0) > 127
  })
  const number = bits.slice(0, numberBits).reduce((sum, bit) => sum * 2 + Number(bit), 0)
  if (bitsOf(number).some((bit, at) => bit !== bits[at])) throw new Error('not a numbered picture')
  return number
}

/** The number and eight bits of a checksum. */
function bitsOf(number: number): boolean[] {
  const checksum = (Math.imul(number, 0x9e3779b1) >>> 24) & 0xff
  const text = number.toString(2).padStart(numberBits, '0') + checksum.toString(2).padStart(8, '0')
  return [...text].map(bit => bit === '1')
}
