/**
 * Writes "How fast" of the READMEs: five rows of the table in docs/performance.md, which the bench writes. This file
 * chooses the rows, and has their words in both languages.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

type Language = 'en' | 'zh'
type Words = Readonly<{ what: string; against: string }>

const page = join(import.meta.dirname, '../docs/performance.md')

/** `from`: how the row of the bench begins. */
const rows: readonly (Readonly<{ from: string }> & Readonly<Record<Language, Words>>)[] = [
  {
    from: '| GET of a 96x96, 200,000 distinct people, one process | bare `node:http`,',
    en: {
      what: 'read a photo, 200,000 people',
      against: 'bare Node.js server, same look-up and file',
    },
    zh: { what: '读取照片，20 万人', against: '最简 Node.js 服务器，查询和文件相同' },
  },
  {
    from: '| GET of a 96x96, the same people | one nginx worker,',
    en: { what: 'the same', against: 'nginx with the same files, no token checked' },
    zh: { what: '同上', against: 'nginx，文件相同，不验证令牌' },
  },
  {
    from: '| PUT of an 8-megapixel phone JPEG, durable: throughput |',
    en: { what: 'update a photo of 8 megapixels', against: 'sharp alone, same sizes' },
    zh: { what: '更新 800 万像素的照片', against: '单独使用 sharp，尺寸相同' },
  },
  {
    from: '| processor time of a GET among 1,000,000 people |',
    en: { what: 'processor time to read, 1,000,000 people', against: '1,000 people' },
    zh: { what: '读取所用的处理器时间，100 万人', against: '1000 人' },
  },
  {
    from: '| `visage dev --memory`, process start to first answered photo |',
    en: { what: 'start of `visage dev` to the first photo', against: '0.5 s' },
    zh: { what: '从启动 `visage dev` 到读出第一张照片', against: '0.5 秒' },
  },
]

const words = {
  en: { head: ['What', 'Against', 'Ratio', 'Target', 'Met'], yes: 'yes', no: '**no**' },
  zh: { head: ['项目', '对照', '比率', '目标', '达到'], yes: '是', no: '**否**' },
} as const

export function renderPerformanceSummary(language: Language): string {
  const lines = readFileSync(page, 'utf8').split('\n')
  const { head, yes, no } = words[language]
  const table = rows.map(row => {
    const [ratio = '', target = '', held = ''] = figuresOf(lines, row.from)
    const { what, against } = row[language]
    const isMet = held.startsWith('yes') ? yes : no
    return [what, against, ratio, target, target === '–' ? '' : isMet]
  })
  return [head, head.map(() => '---'), ...table].map(cells => `| ${cells.join(' | ')} |`).join('\n')
}

/** The cells: ratio, target, and whether it is met. */
function figuresOf(lines: readonly string[], from: string): string[] {
  const line = lines.find(text => text.startsWith(from))
  if (line === undefined) throw new Error(`docs/performance.md has no row that begins "${from}"`)
  return line.split(' | ').slice(2, 5)
}
