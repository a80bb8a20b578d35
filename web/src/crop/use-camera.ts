/** One running camera for a dialog; it is stopped when another is chosen and when the dialog goes. */
import { useEffect, useState } from 'react'
import { type Camera, type CameraRefusal, listCameras, openCamera, stopCamera } from './camera.ts'
import { cameraAfter } from './camera-after.ts'

export type CameraState = Readonly<
  | { state: 'starting' }
  | { state: 'refused'; why: CameraRefusal }
  | { state: 'running'; camera: Camera; other: string | undefined }
>

/** `attempt` starts anew when it changes. */
export function useCamera(deviceId: string | undefined, attempt: number): CameraState {
  const [camera, setCamera] = useState<CameraState>({ state: 'starting' })
  useEffect(() => {
    const closing = new AbortController()
    setCamera({ state: 'starting' })
    void start(deviceId, closing.signal, state => {
      if (!closing.signal.aborted) setCamera(state)
    })
    return () => closing.abort()
  }, [deviceId, attempt])
  return camera
}

async function start(
  deviceId: string | undefined,
  closed: AbortSignal,
  tell: (state: CameraState) => void,
): Promise<void> {
  const camera = await openCamera(deviceId)
  if (typeof camera === 'string') return tell({ state: 'refused', why: camera })
  // It may have been allowed after the dialog was closed.
  if (closed.aborted) return stopCamera(camera)
  closed.addEventListener('abort', () => stopCamera(camera), { once: true })
  const [track] = camera.stream.getVideoTracks()
  track?.addEventListener('ended', () => tell({ state: 'refused', why: 'cameraFailed' }))
  tell({ state: 'running', camera, other: cameraAfter(camera.deviceId, await listCameras()) })
}
