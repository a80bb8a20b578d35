/** How the photo will look where people meet it: in circles of 96 and 48 pixels, live. */
import { useWords } from '../words/use-words.ts'
import type { Area, Turns } from './cut.ts'
import { placePreview } from './place-preview.ts'
import type { OpenPicture } from './use-picture.ts'

const sides = [96, 48]

type Props = Readonly<{
  picture: OpenPicture
  area: Area | undefined
  turns: Turns
  name: string
}>

export function Previews({ picture, area, turns, name }: Props) {
  const words = useWords().crop
  return (
    <div className="crop-previews" role="img" aria-label={words.preview({ name })}>
      {sides.map(side => {
        const place = area && placePreview(area, picture.size, turns, side)
        return (
          <figure key={side} className="crop-preview-size">
            <div className="crop-preview" style={{ width: side, height: side }}>
              {place && (
                <img
                  src={picture.address}
                  alt=""
                  style={{
                    width: place.width,
                    height: place.height,
                    transform: `translate(${place.x}px, ${place.y}px) rotate(${turns * 90}deg)`,
                  }}
                />
              )}
            </div>
            <figcaption>{side}</figcaption>
          </figure>
        )
      })}
    </div>
  )
}
