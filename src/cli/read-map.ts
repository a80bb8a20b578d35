/** `--map`: a CSV that says whose photo each file is. Its first line names the columns: `file`, and one property of people. */
import { readCsv } from '../provisioning/csv.ts'
import { findEncoding, readText } from '../provisioning/encoding.ts'
import { openSourceFile } from '../provisioning/source-file.ts'
import { type Pattern, readPattern, spellProperty } from '../push/pattern.ts'
import type { MapLine } from '../push/wanted.ts'
import { CommandError } from './terminal.ts'

type MapFile = Readonly<{ lines: readonly MapLine[]; pattern: Pattern }>

const fileHeadings = ['file', 'filename', 'file name', 'photo', 'picture', 'image']
/** Where other columns stand beside it, the first of these counts. */
const people = ['userPrincipalName', 'id', 'mail', 'employeeId', 'mailNickname']
const synonyms: ReadonlyMap<string, string> = new Map([
  ['upn', 'userPrincipalName'],
  ['email', 'mail'],
])

/** Throws CommandError, and Failure 'resource-invalid' for a file that is no CSV. */
export async function readMap(path: string): Promise<MapFile> {
  await using file = await openSourceFile(path)
  const { header, lines } = await readCsv(readText(file, await findEncoding(file)))
  const headings = header.cells.map(cell => cell.trim())
  const fileAt = headings.findIndex(heading => fileHeadings.includes(heading.toLowerCase()))
  const names = headings.map(
    heading => synonyms.get(heading.toLowerCase()) ?? spellProperty(heading),
  )
  const property = propertyIn(names.filter((_, at) => at !== fileAt))
  if (fileAt < 0 || property === undefined) {
    throw new CommandError(
      `the first line of ${path} must name the columns: file, and a property of people such as userPrincipalName or employeeId. It names ${headings.join(', ') || 'nothing'}`,
    )
  }
  const valueAt = names.indexOf(property)
  const read: MapLine[] = []
  for await (const { line, cells } of lines) {
    const [name = '', value = ''] = [cells[fileAt]?.trim(), cells[valueAt]?.trim()]
    if (name !== '' && value !== '') read.push({ line, file: name, value })
  }
  return { lines: read, pattern: readPattern(property) }
}

function propertyIn(names: readonly string[]): string | undefined {
  return people.find(name => names.includes(name)) ?? (names.length === 1 ? names[0] : undefined)
}
