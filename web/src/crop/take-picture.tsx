/**
 * A picture by the camera of this device. The person sees a mirror, as they are used to; the picture is what others
 * see. The dialog offers nothing else: the crop comes next.
 */
import { useEffect, useRef, useState } from 'react'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { CameraIcon, OtherCameraIcon } from '../ui/picture-icons.tsx'
import { useWords } from '../words/use-words.ts'
import { type Camera, takeFrame } from './camera.ts'
import { useCamera } from './use-camera.ts'
import './take-picture.css'

type Props = Readonly<{ onTaken: (picture: Blob) => void; onCancel: () => void }>

export function TakePicture({ onTaken, onCancel }: Props) {
  const { crop: words, common } = useWords()
  const video = useRef<HTMLVideoElement>(null)
  const [deviceId, setDeviceId] = useState<string>()
  const [attempt, setAttempt] = useState(0)
  const camera = useCamera(deviceId, attempt)
  const running = camera.state === 'running' ? camera : undefined
  const take = async () => {
    const picture = video.current && (await takeFrame(video.current))
    if (picture) onTaken(picture)
  }
  return (
    <Dialog title={words.takePicture} onClose={onCancel}>
      <div className="camera">
        <div className="camera-stage">
          {running && <Mirror camera={running.camera} video={video} label={words.camera} />}
          {camera.state === 'starting' && (
            <p className="camera-words camera-starting" role="status">
              {words.startingCamera}

              {words.allowCamera}
            </p>
          )}
          {camera.state === 'refused' && (
            <p className="camera-words" role="alert">
              {words[camera.why]}
            </p>
          )}
        </div>
        <div className="camera-actions">
          <Button onClick={onCancel}>{common.cancel}</Button>
          {running?.other && (
            <Button icon={<OtherCameraIcon />} onClick={() => setDeviceId(running.other)}>
              {words.otherCamera}
            </Button>
          )}
          {camera.state === 'refused' ? (
            <Button look="primary" onClick={() => setAttempt(attempt + 1)}>
              {common.tryAgain}
            </Button>
          ) : (
            <Button look="primary" icon={<CameraIcon />} disabled={!running} onClick={take}>
              {words.take}
            </Button>
          )}
        </div>
      </div>
    </Dialog>
  )
}

type MirrorProps = Readonly<{
  camera: Camera
  video: React.RefObject<HTMLVideoElement | null>
  label: string
}>

function Mirror({ camera, video, label }: MirrorProps) {
  useEffect(() => {
    if (video.current) video.current.srcObject = camera.stream
  }, [camera, video])
  return (
    <video
      ref={video}
      className={camera.isMirror ? 'camera-mirror' : undefined}
      aria-label={label}
      autoPlay
      playsInline
      muted
    />
  )
}
