/**
 * Draws: the photo that is saved, the copy that the dialog shows, and the small square that the hints measure. The
 * same in a worker and, where a browser has no OffscreenCanvas there, on the page.
 */
import { type Cut, type Size, turnMatrix } from './cut.ts'
import { type Measures, measure, measuredSide } from './hints.ts'

/** A photo of 1296 pixels a side has 0.1 to 0.4 MB. */
const quality = 0.92

/** Longest side of the copy on the screen: five megapixels, made in a fraction of a second. */
const longestShown = 2560

type Canvas = OffscreenCanvas | HTMLCanvasElement
type Context = OffscreenCanvasRenderingContext2D | CanvasRenderingContext2D

/** What the dialog shows is what is cut: same direction, same colours, transparent parts white, one frame. */
export function drawShown(bitmap: ImageBitmap): Promise<Blob> {
  const scale = Math.min(1, longestShown / Math.max(bitmap.width, bitmap.height))
  const width = Math.max(1, Math.round(bitmap.width * scale))
  const height = Math.max(1, Math.round(bitmap.height * scale))
  const { canvas, context } = makeCanvas({ width, height })
  context.drawImage(bitmap, 0, 0, width, height)
  return encode(canvas)
}

export function drawCut(bitmap: ImageBitmap, cut: Cut): Promise<Blob> {
  return encode(squareOf(bitmap, cut).canvas)
}

export function measureCut(bitmap: ImageBitmap, cut: Cut): Measures {
  const { context } = squareOf(bitmap, { ...cut, size: measuredSide })
  return measure(context.getImageData(0, 0, measuredSide, measuredSide).data, measuredSide)
}

/** Scaled first, then turned pixel by pixel: a canvas never has more pixels than the result, as phones limit them. */
function squareOf(bitmap: ImageBitmap, { x, y, side, size, turns }: Cut) {
  const scaled = makeCanvas({ width: size, height: size })
  scaled.context.drawImage(bitmap, x, y, side, side, 0, 0, size, size)
  if (turns === 0) return scaled
  const turned = makeCanvas({ width: size, height: size })
  turned.context.setTransform(...turnMatrix(turns, size))
  turned.context.imageSmoothingEnabled = false
  turned.context.drawImage(scaled.canvas, 0, 0)
  return turned
}

/** White, in sRGB. */
function makeCanvas({ width, height }: Size): Readonly<{ canvas: Canvas; context: Context }> {
  const canvas = createCanvas(width, height)
  const options = { alpha: false, colorSpace: 'srgb' } as const
  const context: Context | null = canvas.getContext('2d', options) as Context | null
  if (!context) throw new Error(`no canvas of ${width} x ${height}`)
  context.fillStyle = '#fff'
  context.fillRect(0, 0, width, height)
  context.imageSmoothingQuality = 'high'
  return { canvas, context }
}

function createCanvas(width: number, height: number): Canvas {
  if (typeof OffscreenCanvas === 'function') return new OffscreenCanvas(width, height)
  return Object.assign(document.createElement('canvas'), { width, height })
}

function encode(canvas: Canvas): Promise<Blob> {
  const type = 'image/jpeg'
  if ('convertToBlob' in canvas) return canvas.convertToBlob({ type, quality })
  return new Promise((resolve, reject) =>
    canvas.toBlob(blob => (blob ? resolve(blob) : reject(new Error('no JPEG'))), type, quality),
  )
}
