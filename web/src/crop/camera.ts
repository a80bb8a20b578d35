/**
 * The cameras of this device: asks for one, says in one word why there is none, takes a picture. Whoever opens a
 * camera stops it; its light stays on until then.
 */

export type CameraRefusal = 'cameraRefused' | 'cameraMissing' | 'cameraBusy' | 'cameraFailed'

export type Camera = Readonly<{
  stream: MediaStream
  deviceId: string
  /** It looks at the person, who expects a mirror. */
  isMirror: boolean
}>

/** Browsers offer none to a page that came over plain http from another machine. */
export const hasCamera = (): boolean => typeof navigator.mediaDevices?.getUserMedia === 'function'

/** Enough for a square of 1080; phones choose the next that they have. */
const wanted = { width: { ideal: 1920 }, height: { ideal: 1080 } }

/** Without an id the one that looks at the person. */
export async function openCamera(deviceId?: string): Promise<Camera | CameraRefusal> {
  const which = deviceId ? { deviceId: { exact: deviceId } } : { facingMode: 'user' }
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ video: { ...wanted, ...which } })
    const settings = stream.getVideoTracks()[0]?.getSettings()
    return {
      stream,
      deviceId: settings?.deviceId ?? '',
      // Cameras of desktops do not say where they look.
      isMirror: settings?.facingMode !== 'environment',
    }
  } catch (error) {
    return refusals[error instanceof DOMException ? error.name : ''] ?? 'cameraFailed'
  }
}

const refusals: Readonly<Record<string, CameraRefusal>> = {
  NotAllowedError: 'cameraRefused',
  SecurityError: 'cameraRefused',
  NotFoundError: 'cameraMissing',
  OverconstrainedError: 'cameraMissing',
  NotReadableError: 'cameraBusy',
  AbortError: 'cameraBusy',
}

export function stopCamera({ stream }: Camera): void {
  for (const track of stream.getTracks()) track.stop()
}

/** Ids are told once a camera may be used. */
export async function listCameras(): Promise<readonly string[]> {
  const devices = await navigator.mediaDevices.enumerateDevices()
  return devices.filter(({ kind }) => kind === 'videoinput').map(({ deviceId }) => deviceId)
}

/** The whole frame as the camera sees it, not mirrored: writing can be read. */
export async function takeFrame(video: HTMLVideoElement): Promise<Blob | undefined> {
  const canvas = document.createElement('canvas')
  canvas.width = video.videoWidth
  canvas.height = video.videoHeight
  if (canvas.width === 0) return undefined
  canvas.getContext('2d')?.drawImage(video, 0, 0)
  const { promise, resolve } = Promise.withResolvers<Blob | null>()
  canvas.toBlob(resolve, 'image/jpeg', 0.95)
  return (await promise) ?? undefined
}
