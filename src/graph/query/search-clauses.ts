/**
 * Parses $search into a condition. Of directory objects: `"displayName:ali" AND ("mail:ali" OR …)`,
 * each clause in double quotes. Of people: one text, for names and addresses.
 *
 * https://learn.microsoft.com/en-us/graph/search-query-parameter#using-search-on-directory-object-collections
 */
import { always, type Condition } from '../../directory/queries/condition.ts'
import type { Failure } from '../../failure.ts'
import { propertyNamed } from '../resources/schema.ts'
import { type FilterableType, findFilterable } from './filterable.ts'
import { invalidOption, noSuchProperty } from './query-refusals.ts'

const maxTextLength = 256
const maxDepth = 20

type Reading = { readonly type: FilterableType; readonly tokens: readonly string[]; at: number }

export function parseSearch(type: FilterableType, value: string | undefined): Condition {
  if (value === undefined) return always
  if (value.trim() === '') throw invalid('it is empty')
  if (type === 'person') return searchPeople(value)
  const reading = { type, tokens: tokenize(value), at: 0 }
  const condition = readOr(reading, 0)
  const rest = reading.tokens[reading.at]
  if (rest !== undefined) throw unexpected(rest)
  return condition
}

/**
 * "Searches on people occur on both the displayName and emailAddress properties".
 * @differs Graph also finds names that are spelled nearly so, and topics.
 */
function searchPeople(value: string): Condition {
  const text = expectShort(
    value
      .trim()
      .replace(/^"(.*)"$/s, '$1')
      .trim(),
  )
  if (text === '') throw invalid('it is empty')
  return {
    or: [
      { property: 'displayName', operator: 'hasWords', value: text },
      { property: 'mail', operator: 'sw', value: text },
      { property: 'userPrincipalName', operator: 'sw', value: text },
    ],
  }
}

const tokenPattern = /\s*(?:("(?:[^"\\]|\\.)*")|([()])|([^\s()"]+)|("))/sy

function tokenize(search: string): string[] {
  const tokens: string[] = []
  const text = search.trim()
  tokenPattern.lastIndex = 0
  while (tokenPattern.lastIndex < text.length) {
    const [, clause, sign, word, quote] = tokenPattern.exec(text) ?? []
    if (quote !== undefined) throw invalid('a clause has no quote at its end')
    tokens.push(clause ?? sign ?? word ?? '')
  }
  return tokens
}

function readOr(reading: Reading, depth: number): Condition {
  const parts = [readAnd(reading, depth)]
  while (take(reading, 'OR')) parts.push(readAnd(reading, depth))
  return parts.length === 1 ? (parts[0] ?? always) : { or: parts }
}

function readAnd(reading: Reading, depth: number): Condition {
  const parts = [readOne(reading, depth)]
  while (take(reading, 'AND')) parts.push(readOne(reading, depth))
  return parts.length === 1 ? (parts[0] ?? always) : { and: parts }
}

function readOne(reading: Reading, depth: number): Condition {
  if (depth > maxDepth) throw invalid(`its brackets are nested more than ${maxDepth} deep`)
  if (take(reading, '(')) {
    const condition = readOr(reading, depth + 1)
    if (!take(reading, ')')) throw unexpected(reading.tokens[reading.at])
    return condition
  }
  const token = reading.tokens[reading.at]
  if (token?.startsWith('"') !== true) throw unexpected(token)
  reading.at += 1
  return readClause(reading.type, token.slice(1, -1).replace(/\\(.)/gs, '$1'))
}

/** `displayName:ali`. "The property name must be specified in the clause." */
function readClause(type: FilterableType, clause: string): Condition {
  const [, name, text = ''] = /^\s*(\w+)\s*:(.*)$/s.exec(clause) ?? []
  if (name === undefined) {
    throw invalid(
      `the clause "${clause.slice(0, 100)}" does not name a property, as "displayName:…" does`,
    )
  }
  const found = findFilterable(type, name)
  if (found?.kind !== 'text' || found.search === undefined) throw refuseName(type, name)
  if (text.trim() === '') throw invalid('a clause without text')
  const operator = found.search === 'words' ? 'hasWords' : 'sw'
  return { property: found.property, operator, value: expectShort(text.trim()) }
}

function refuseName(type: FilterableType, name: string): Failure {
  if (propertyNamed(type, name) === undefined) return noSuchProperty('$search', type, name)
  return invalid(`the property '${name.slice(0, 100)}' cannot be searched`)
}

function expectShort(text: string): string {
  if (text.length <= maxTextLength) return text
  throw invalid(`a text in it is longer than ${maxTextLength} characters`)
}

function take(reading: Reading, token: string): boolean {
  if (reading.tokens[reading.at] !== token) return false
  reading.at += 1
  return true
}

function unexpected(token: string | undefined): Failure {
  if (token === undefined) return invalid('it ends too soon')
  return invalid(
    `${token.slice(0, 100)} is not expected: clauses are in double quotes, joined by AND or OR in capitals`,
  )
}

function invalid(reason: string): Failure {
  return invalidOption('$search', reason)
}
