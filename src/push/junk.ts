/** Tables: which entries of a folder are pictures, which are known not to be, and which can be passed over without a word. */

export type Ignored = 'system files' | 'links' | 'devices' | 'other files' | 'journals'

/** Decoded by sharp. The bytes decide what a file is; its ending only says whether somebody calls it a picture. */
const pictureEndings = new Set(
  'jpg jpeg jpe jfif pjpeg png webp gif avif tif tiff'.split(' ').map(ending => `.${ending}`),
)

/** Pictures that are not decoded here. */
const otherPictures: ReadonlySet<string> = new Set(
  'heic heif psd psb bmp svg raw cr2 cr3 nef arw dng orf rw2 raf pef srw jp2 jxl ai eps'
    .split(' ')
    .map(ending => `.${ending}`),
)

/** Files that systems leave in folders of pictures. */
const systemFile = /^(\..*|thumbs\.db|ehthumbs\.db|desktop\.ini|icon\r?)$/i
const systemFolder = /^(\..*|@eadir|__macosx|#recycle|\$recycle\.bin|system volume information)$/i
/** Made by push: it holds former photos. */
const journalFolder = /^visage-push-/

type Kind = 'picture' | 'other picture' | Ignored

export function kindOfFile(name: string): Kind {
  if (systemFile.test(name)) return 'system files'
  const ending = endingOf(name).toLowerCase()
  if (pictureEndings.has(ending)) return 'picture'
  return otherPictures.has(ending) ? 'other picture' : 'other files'
}

export function kindOfFolder(name: string): Ignored | undefined {
  if (journalFolder.test(name)) return 'journals'
  return systemFolder.test(name) ? 'system files' : undefined
}

/** With its dot; '' for none. Spaces and dots behind it come from Windows. */
function endingOf(name: string): string {
  return /\.[^.\s]+(?=[. ]*$)/.exec(name)?.[0] ?? ''
}

/** The name that is compared: without folder and ending. */
export function stemOf(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1)
  const ending = endingOf(name)
  return pictureEndings.has(ending.toLowerCase()) ? name.slice(0, name.lastIndexOf(ending)) : name
}
