/**
 * Decides by its bytes whether an upload may be decoded: format, completeness, and the size in its header. It decodes
 * no pixel.
 */

import type { Metadata } from 'sharp'
import { Failure } from '../failure.ts'
import { asStill } from './avif-sequence.ts'
import type { Colour } from './colour.ts'
import { readDeclaredColour } from './declared-colour.ts'
import { openPicture, refuseBroken } from './decoders.ts'
import { freeCanvas } from './gif.ts'
import { decodedBytes, type Header, type Limits, nameOf, pixelLimit } from './limits.ts'
import { acceptedFormats, type PictureFormat, recognise } from './signatures.ts'
import { smallestSide } from './sizes.ts'
import { takeWholePicture } from './structure.ts'

export type Admitted = Readonly<{
  format: PictureFormat
  /** In pixels, upright: after the orientation in the metadata. */
  width: number
  height: number
  /** The part of the upload that the decoder gets. */
  picture: Uint8Array
  /** That part is the whole upload. */
  isWholeUpload: boolean
  /** The upload is a JPEG without end marker; pixels may be missing too. */
  isEndMissing: boolean
  /** Before the orientation in the metadata. */
  stored: Readonly<{ width: number; height: number }>
  /** 16 bits per channel, and a colour profile. */
  hasDeepProfile: boolean
  /** A colour space that the decoder does not apply. */
  colour?: Colour
  /** Per channel, in the file. */
  bits: number
  /** Bytes that its decoder holds at once. */
  decodedBytes: number
}>

/**
 * Throws Failure 'image-is-base64', 'image-format-unsupported' (facts: arrived, accepted), 'image-broken',
 * 'image-too-slow', 'image-has-too-many-pixels' (width, height, maxPixels; kind, where the limit is that of
 * a kind), 'image-width-too-small' (width, minWidth) or 'image-height-too-small' (height, minHeight).
 */
export async function admitUpload(bytes: Uint8Array, limits: Limits): Promise<Admitted> {
  const format = requirePicture(bytes)
  const picture = prepare(takeWholePicture(bytes, format, limits), format)
  const metadata = await refuseBroken(openPicture(picture).metadata())
  requireSameFormat(metadata, format)
  const { width, height } = metadata.autoOrient
  const read = readHeader(metadata, format)
  requireFewPixels(width, height, read, limits)
  requireSmallestSide(width, height)
  const colour = readDeclaredColour(picture, metadata)
  return {
    ...{ format, width, height, picture },
    isWholeUpload: picture.length === bytes.length,
    isEndMissing: format === 'jpeg' && picture.length > bytes.length,
    stored: { width: metadata.width, height: metadata.height },
    hasDeepProfile: metadata.space === 'rgb16' && metadata.hasProfile && !colour,
    bits: metadata.depth === 'uchar' ? 8 : (metadata.bitsPerSample ?? 16),
    decodedBytes: decodedBytes(read, width * height),
    ...(colour && { colour }),
  }
}

/** Changes the parts that the decoder would read wrongly. */
function prepare(picture: Uint8Array, format: PictureFormat): Uint8Array {
  if (format === 'gif') return freeCanvas(picture)
  return format === 'avif' ? asStill(picture) : picture
}

function requirePicture(bytes: Uint8Array): PictureFormat {
  if (bytes.length === 0) throw new Failure('body-empty')
  const arrival = recognise(bytes)
  if (arrival.kind === 'base64') throw new Failure('image-is-base64')
  if (arrival.kind === 'other') throw unsupported(arrival.name)
  return arrival.format
}

/** libvips must find the same format as we did. Its AVIF decoder also decodes HEIC. */
function requireSameFormat(metadata: Metadata, format: PictureFormat): void {
  if (metadata.format === 'heif' && metadata.compression === 'hevc') throw unsupported('HEIC')
  if (metadata.format !== (format === 'avif' ? 'heif' : format)) {
    throw new Failure('image-broken', { detail: `${format} by its signature only` })
  }
}

function readHeader(metadata: Metadata, format: PictureFormat): Header {
  return {
    format,
    height: metadata.height,
    bytesPerPixel: metadata.channels * (metadata.depth === 'uchar' ? 1 : 2),
    isInterlaced: metadata.isProgressive,
  }
}

function requireFewPixels(width: number, height: number, header: Header, limits: Limits): void {
  const maxPixels = pixelLimit(header, limits)
  if (width * height <= maxPixels) return
  const kind = maxPixels < limits.maxPixels && { kind: nameOf(header) }
  throw new Failure('image-has-too-many-pixels', { facts: { width, height, maxPixels, ...kind } })
}

function requireSmallestSide(width: number, height: number): void {
  if (width < smallestSide) {
    throw new Failure('image-width-too-small', { facts: { width, minWidth: smallestSide } })
  }
  if (height < smallestSide) {
    throw new Failure('image-height-too-small', { facts: { height, minHeight: smallestSide } })
  }
}

function unsupported(arrived: string): Failure {
  return new Failure('image-format-unsupported', { facts: { arrived, accepted: acceptedFormats } })
}
