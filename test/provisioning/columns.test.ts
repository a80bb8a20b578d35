/** The table of headers in docs/importing.md is the table that is read. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { headersOf, propertiesOf } from '../../src/provisioning/properties.ts'

test('the page on importing names every property with its headers', async () => {
  const page = await readFile(join(import.meta.dirname, '../../docs/importing.md'), 'utf8')
  for (const kind of ['people', 'contacts'] as const) {
    for (const property of propertiesOf(kind)) {
      const others = headersOf(kind, property).filter(header => header !== property)
      assert.ok(page.includes(`| \`${property}\` | ${others.join(' · ')} |\n`), property)
    }
  }
})
