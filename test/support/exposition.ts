/**
 * Reads Prometheus' text format and checks its rules.
 * https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
 */
import assert from 'node:assert/strict'

export type Sample = Readonly<{
  name: string
  labels: Readonly<Record<string, string>>
  value: number
}>
export type Family = Readonly<{ name: string; type: string; help: string; samples: Sample[] }>

const namePattern = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/
const samplePattern = /^([^\s{]+)(?:\{(.*)\})? (\S+)$/
const labelPattern = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)",?/g

/** Throws if Prometheus would refuse the text. */
export function parseExposition(text: string): ReadonlyMap<string, Family> {
  assert.ok(text.endsWith('\n'))
  const families = new Map<string, Family>()
  let family: Family | undefined
  let help = ''
  for (const line of text.split('\n').filter(line => line !== '')) {
    const [, kind, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) ?(.*)$/.exec(line) ?? []
    if (kind === 'HELP') help = rest
    else if (kind === 'TYPE') {
      assert.match(name, namePattern)
      assert.match(rest, /^(counter|gauge|histogram|summary|untyped)$/)
      assert.ok(!families.has(name), `${name} is there twice`)
      family = { name, type: rest, help, samples: [] }
      families.set(name, family)
    } else if (family) family.samples.push(parseSample(line, family))
    else assert.fail(`no family for ${line}`)
  }
  for (const found of families.values()) checkFamily(found)
  return families
}

function parseSample(line: string, family: Family): Sample {
  const [, name = '', inside = '', number = ''] = samplePattern.exec(line) ?? []
  const suffixes = family.type === 'histogram' ? ['_bucket', '_sum', '_count'] : ['']
  assert.ok(
    suffixes.some(suffix => name === family.name + suffix),
    line,
  )
  const labels = Object.fromEntries(
    [...inside.matchAll(labelPattern)].map(([, label = '', value = '']) => [label, value]),
  )
  assert.equal(inside.replaceAll(labelPattern, ''), '', line)
  const value = number === '+Inf' ? Number.POSITIVE_INFINITY : Number(number)
  // Prometheus ignores the case of NaN, which is the mean of no values.
  assert.ok(!Number.isNaN(value) || /^nan$/i.test(number), line)
  return { name, labels, value }
}

function checkFamily({ name, type, help, samples }: Family): void {
  assert.notEqual(help, '', `${name} has no help`)
  const keys = samples.map(sample => `${sample.name}${JSON.stringify(sample.labels)}`)
  assert.equal(new Set(keys).size, keys.length, `${name} has a series twice`)
  if (type === 'counter') for (const { value } of samples) assert.ok(value >= 0, name)
  if (type === 'histogram') checkHistogram(name, samples)
}

/** Counts of buckets never decrease, and the last is the total. */
function checkHistogram(name: string, samples: readonly Sample[]): void {
  const series = Map.groupBy(samples, ({ labels: { le: _, ...labels } }) => JSON.stringify(labels))
  for (const [labels, parts] of series) {
    const buckets = parts.filter(part => part.name.endsWith('_bucket'))
    const counts = buckets.map(({ value }) => value)
    assert.deepEqual(
      counts,
      counts.toSorted((a, b) => a - b),
      name,
    )
    assert.equal(buckets.at(-1)?.labels.le, '+Inf')
    const count = parts.find(part => part.name.endsWith('_count'))
    assert.equal(count?.value, counts.at(-1), `${name}${labels}`)
  }
}
