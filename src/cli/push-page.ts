/** The beginning and the end of a page that push writes: the contact sheet and the report. */
import { escapeHtml } from '../html.ts'

/** `pictures`: only those within the page. */
type Page = Readonly<{ title: string; columns: readonly string[]; pictures: 'none' | 'inside' }>

/** The policy stops scripts and requests that a name would bring, if the escaping had a hole. */
export function beginPage({ title, columns, pictures }: Page): string {
  const images = pictures === 'inside' ? '; img-src data:' : ''
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'${images}">
<title>${escapeHtml(title)}</title>
<style>
:root { color-scheme: light dark }
body { font: 15px/1.45 system-ui, sans-serif; margin: 2rem }
table { border-collapse: collapse }
th, td { padding: 0.4rem 0.8rem; text-align: left; vertical-align: middle; border-bottom: 1px solid #8884; overflow-wrap: break-word }
small { color: #888; display: block }
h1 { font-size: 1.3rem }
img, .none { display: block; width: 64px; height: 64px; border-radius: 50% }
.none { box-sizing: border-box; border: 1px dashed #8888 }
.failed { background: #d1343822 }
</style>
<h1>${escapeHtml(title)}</h1>
<table>
<thead><tr>${columns.map(column => `<th>${column}`).join('')}</thead>
<tbody>
`
}

/** `more`: HTML behind the table. */
export function endPage(more = ''): string {
  return `</tbody>\n</table>\n${more}\n</html>\n`
}

/** `cells` are HTML. */
export function pageRow(kind: string, cells: readonly string[]): string {
  return `<tr class="${kind}">${cells.map(cell => `<td>${cell}`).join('')}\n`
}

/** A text, and a smaller one below it. */
export function withSmall(text: string, small: string): string {
  return `${escapeHtml(text)}<small>${escapeHtml(small)}</small>`
}
