/**
 * What the address of the page shows while there is no page: it is being built, it could not be built, or nobody builds it.
 * The HTML is fixed text and loads nothing.
 */
import { createHash } from 'node:crypto'
import type { Reply } from '../call.ts'
import { plainHeaders } from './headers.ts'

export type Absence = 'being built' | 'not built' | 'failed'

type Words = Readonly<{ en: string; zh: string; reloadAfterSeconds?: number }>

const words: Readonly<Record<Absence, Words>> = {
  'being built': {
    en: 'The page is being built; this takes a few seconds. If it takes a minute, the log says why.',
    zh: '页面正在构建，只需几秒钟。如果超过一分钟，请查看日志。',
    reloadAfterSeconds: 2,
  },
  'not built': {
    en: 'The page is not built. `npm run build:page` in the folder of Visage builds it.',
    zh: '页面尚未构建。请在 Visage 文件夹中运行 `npm run build:page`。',
  },
  failed: {
    en: 'The page could not be built; the log says why. Everything else works.',
    zh: '页面构建失败，原因见日志。其他功能均正常。',
  },
}

const style = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { box-sizing: border-box; min-height: 100dvh; margin: 0; padding: 24px; display: grid;
  place-content: center; justify-items: center; gap: 12px; text-align: center }
p { margin: 0; max-width: 32em; text-wrap: balance }
i { width: 40px; height: 40px; margin-bottom: 12px; border-radius: 50%; background: #4f46e5 }
.waits { animation: breathe 2s ease-in-out infinite }
@keyframes breathe { 50% { opacity: .35 } }
@media (prefers-reduced-motion: reduce) { .waits { animation: none } }
`
const headers = plainHeaders(createHash('sha256').update(style).digest('base64'))

export function describeAbsence(absence: Absence): Reply {
  const { en, zh, reloadAfterSeconds } = words[absence]
  return {
    status: 503,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      ...(reloadAfterSeconds !== undefined && {
        refresh: String(reloadAfterSeconds),
        'retry-after': String(reloadAfterSeconds),
      }),
      ...headers,
    },
    body: `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Visage</title>
<style>${style}</style>
<i${reloadAfterSeconds === undefined ? '' : ' class="waits"'}></i>
<p>${en}</p>
<p lang="zh">${zh}</p>
</html>
`,
  }
}
