/** Whether a file is CSV or JSON, by its ending or its first character. */
import type { SourceFile } from './source-file.ts'

type Format = 'csv' | 'json'

export async function findFormat(
  { name }: SourceFile,
  texts: AsyncIterable<string>,
): Promise<Format> {
  if (/\.json$/i.test(name)) return 'json'
  for await (const text of texts) {
    const [first] = text.trimStart()
    if (first !== undefined) return first === '[' || first === '{' ? 'json' : 'csv'
  }
  return 'csv'
}
