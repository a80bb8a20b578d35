/**
 * Runs a foreign suite of SCIM, PyPI's scim2-cli, against `visage dev` with a provisioning token. It tries every
 * attribute that `/Schemas` offers. Last line: "N checks held, N failed". The program is `scim2`, or what SCIM2 names.
 * Not a part of `npm test`: it needs Python.
 *
 *     pip install scim2-cli==0.6.0
 *     node test/clients/scim2-cli.ts
 */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { startVisage } from '../../src/visage.ts'

const run = promisify(execFile)
const main = join(import.meta.dirname, '../../src/main.js')

await using visage = await startVisage({ photos: 'none' })
const order = ['scim-token', 'create', 'scim2-cli', '--url', visage.url]
const { stdout: token } = await run(process.execPath, [main, ...order])
const checks = await runSuite(`${visage.url}/scim/v2`, token.trim())
const failed = checks.filter(check => !check.startsWith('SUCCESS ') && !isKnown(check))
for (const check of failed) console.log(check)
const held = checks.filter(check => check.startsWith('SUCCESS ')).length
console.log(`${held} checks held, ${failed.length} failed`)
process.exitCode = failed.length === 0 && held > 0 ? 0 : 1

/** Each check with its verdict first: "SUCCESS name", and why in the lines after it. */
async function runSuite(url: string, token: string): Promise<string[]> {
  const env = { ...process.env, SCIM_CLI_HEADERS: `Authorization: Bearer ${token}` }
  const text = await run(process.env.SCIM2 ?? 'scim2', ['--url', url, 'test'], { env }).then(
    ({ stdout }) => stdout,
    // It ends with 1 when a check has failed, and with text on stdout all the same.
    (error: Error & { stdout?: string }) => error.stdout || `ERROR ${error.message}`,
  )
  return text.split(/^(?=[A-Z]+ )/m).filter(check => /^[A-Z]+ /.test(check))
}

/**
 * The suite adds the whole extension, with an owner, then another owner, and expects that one alone. "If the target
 * location specifies a multi-valued attribute, a new value is added to the attribute."
 * https://www.rfc-editor.org/rfc/rfc7644#section-3.5.2.1
 */
function isKnown(check: string): boolean {
  const [, added = ''] =
    /Group:owners' was not added[\s\S]*Patched value: \[([^\]]*)\]/.exec(check) ?? []
  return added !== '' && check.slice(check.indexOf('Returned value')).includes(added)
}
