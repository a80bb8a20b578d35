/** The tree of contact folders: what is seen, and where keys lead. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { moveInTree, seenBranches } from '../../web/src/ui/tree-moves.ts'

const nodes = [
  { id: 'suppliers', name: 'Suppliers', parentId: undefined },
  { id: 'friends', name: 'Friends', parentId: undefined },
  { id: 'printers', name: 'Printers', parentId: 'suppliers' },
  { id: 'ink', name: 'Ink', parentId: 'printers' },
]
const allOpen = seenBranches(nodes, new Set())

test('folders stand below the folder they are in', () => {
  const seen = allOpen.map(({ node, level, position, beside }) => [
    node.id,
    level,
    position,
    beside,
  ])
  assert.deepEqual(seen, [
    ['suppliers', 1, 1, 2],
    ['printers', 2, 1, 1],
    ['ink', 3, 1, 1],
    ['friends', 1, 2, 2],
  ])
})

test('what is in a closed folder is not seen', () => {
  const seen = seenBranches(nodes, new Set(['suppliers'])).map(({ node }) => node.id)
  assert.deepEqual(seen, ['suppliers', 'friends'])
})

describe('keys', () => {
  const cases: readonly (readonly [string, string, unknown])[] = [
    ['ArrowDown', 'ink', { kind: 'go', id: 'friends' }],
    ['ArrowDown', 'friends', undefined],
    ['ArrowUp', 'friends', { kind: 'go', id: 'ink' }],
    ['Home', 'ink', { kind: 'go', id: 'suppliers' }],
    ['End', 'ink', { kind: 'go', id: 'friends' }],
    ['ArrowRight', 'suppliers', { kind: 'go', id: 'printers' }],
    ['ArrowRight', 'ink', undefined],
    ['ArrowLeft', 'printers', { kind: 'close', id: 'printers' }],
    ['ArrowLeft', 'ink', { kind: 'go', id: 'printers' }],
    ['ArrowLeft', 'friends', undefined],
    ['x', 'friends', undefined],
    ['ArrowDown', 'gone', undefined],
  ]
  for (const [key, at, move] of cases) {
    test(`${key} at ${at}`, () => assert.deepEqual(moveInTree(key, allOpen, at), move))
  }
  test('ArrowRight opens a closed folder', () => {
    const closed = seenBranches(nodes, new Set(['suppliers']))
    assert.deepEqual(moveInTree('ArrowRight', closed, 'suppliers'), {
      kind: 'open',
      id: 'suppliers',
    })
  })
})
