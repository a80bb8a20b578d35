/**
 * The size in the header of a JPEG, for a log line. Only for our own JPEGs: it checks nothing.
 */

/** `96x96`; undefined without a frame header. */
export function jpegSize(bytes: Uint8Array): string | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = 2
  while (at + 9 <= view.byteLength && view.getUint8(at) === 0xff) {
    // SOF0 to SOF15, without DHT, JPG and DAC: ITU-T T.81, table B.1.
    const marker = view.getUint8(at + 1)
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)
    if (isFrame) return `${view.getUint16(at + 7)}x${view.getUint16(at + 5)}`
    at += 2 + view.getUint16(at + 2)
  }
  return undefined
}
