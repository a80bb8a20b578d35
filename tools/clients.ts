/**
 * The tables of docs/clients.md: what each SDK of another language could do in the last run that was written, and the lists
 * of the issuer and the tool.
 */
import { readFileSync } from 'node:fs'
import { operations } from '../test/foreign/operations.ts'
import type { Outcome } from '../test/foreign/outcome.ts'
import { type Result, type Results, resultsFile } from '../test/foreign/results.ts'

export function renderClients(): string {
  return renderResults(JSON.parse(readFileSync(resultsFile, 'utf8')))
}

/** Without the machine's date: a run has its own. */
export function renderResults(results: Results): string {
  const all = Object.values(results)
  const sdks = all.filter(({ isSdk }) => isSdk)
  const lists = all.filter(({ isSdk }) => !isSdk)
  return [renderTable(sdks), ...renderRemarks(sdks), ...lists.map(renderList)].join('\n\n')
}

function renderTable(sdks: readonly Result[]): string {
  const rows = [
    ['', ...sdks.map(({ title }) => title)],
    ['---', ...sdks.map(() => '---')],
    ['Run on', ...sdks.map(({ date }) => date)],
    ['With', ...sdks.map(({ versions }) => describeVersions(versions))],
    ...Object.entries(operations).map(([name, { title, targets }]) => [
      title,
      ...sdks.map(({ outcomes }) => describeTargets(outcomes, name, targets)),
    ]),
  ]
  return rows.map(cells => `| ${cells.join(' | ')} |`).join('\n')
}

/** `yes`, or the targets one by one. */
function describeTargets(
  outcomes: readonly Outcome[],
  name: string,
  targets: readonly string[],
): string {
  const words = targets.map(target => {
    const outcome = outcomes.find(({ check }) => check === `${name} ${target}`)
    return { target, word: describeOutcome(outcome) }
  })
  const [first] = words
  if (first && words.every(({ word }) => word === first.word)) return first.word
  return words.map(({ target, word }) => `${target}: ${word}`).join('<br>')
}

function describeOutcome(outcome: Outcome | undefined): string {
  if (outcome === undefined) return 'not run'
  const { failed, library } = outcome
  if (failed !== undefined) return '**failed**'
  return library === undefined ? 'yes' : 'no'
}

function describeVersions(versions: Result['versions']): string {
  return Object.entries(versions)
    .map(([name, version]) => `${name.replace(/^.*\//, '')} ${version}`)
    .join('<br>')
}

/** Why an SDK cannot do something, whatever the server. */
function renderRemarks(sdks: readonly Result[]): string[] {
  const remarks = sdks.flatMap(({ title, outcomes }) =>
    outcomes
      .filter(({ library }) => library !== undefined && library !== noCall)
      .map(({ check, library }) => `- ${title}, ${check}: ${library}`),
  )
  return remarks.length === 0
    ? []
    : [`"No" is what an SDK itself cannot do.\n\n${remarks.join('\n')}`]
}

const noCall = 'no call for it'

function renderList({ title, date, versions, outcomes }: Result): string {
  const lines = outcomes.map(outcome => `- ${outcome.check}: ${describeOutcome(outcome)}`)
  return `**${title}**, run on ${date} with ${describeVersions(versions)}:\n\n${lines.join('\n')}`
}
