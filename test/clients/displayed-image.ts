/** Reads an image that a page displays. */

type ImageElement = Readonly<{ decode: () => Promise<void>; naturalWidth: number; src: string }>

/** Runs in the page. Fails for an image that cannot be displayed. */
export async function readImage(image: ImageElement) {
  await image.decode()
  return { width: image.naturalWidth, src: image.src }
}
