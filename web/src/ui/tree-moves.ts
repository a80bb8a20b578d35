/**
 * Nodes as a tree: which are seen, and where a key leads.
 * https://www.w3.org/WAI/ARIA/apg/patterns/treeview/
 */

export type TreeNode = Readonly<{ id: string; name: string; parentId: string | undefined }>

export type Branch = Readonly<{
  node: TreeNode
  /** 1 is outermost. */
  level: number
  /** Among the nodes beside it, from 1. */
  position: number
  beside: number
  hasChildren: boolean
  isOpen: boolean
}>

/** From top to bottom, without what is below closed nodes. A node whose parent is not there is left out. */
export function seenBranches(
  nodes: readonly TreeNode[],
  closed: ReadonlySet<string>,
): readonly Branch[] {
  const byParent = Map.groupBy(nodes, ({ parentId }) => parentId)
  return below(undefined, 1)

  function below(parentId: string | undefined, level: number): readonly Branch[] {
    const found = byParent.get(parentId) ?? []
    return found.flatMap((node, index) => {
      const hasChildren = byParent.has(node.id)
      const isOpen = hasChildren && !closed.has(node.id)
      const place = { level, position: index + 1, beside: found.length }
      return [{ node, ...place, hasChildren, isOpen }, ...(isOpen ? below(node.id, level + 1) : [])]
    })
  }
}

export type TreeMove = Readonly<{ kind: 'go' | 'open' | 'close'; id: string }>

/** Undefined where the key does nothing. */
export function moveInTree(
  key: string,
  branches: readonly Branch[],
  at: string,
): TreeMove | undefined {
  const index = branches.findIndex(({ node }) => node.id === at)
  const here = branches[index]
  if (here === undefined) return undefined
  switch (key) {
    case 'ArrowDown':
      return goTo(branches[index + 1])
    case 'ArrowUp':
      return goTo(branches[index - 1])
    case 'Home':
      return goTo(branches[0])
    case 'End':
      return goTo(branches.at(-1))
    case 'ArrowRight':
      if (!here.hasChildren) return undefined
      return here.isOpen ? goTo(branches[index + 1]) : { kind: 'open', id: at }
    case 'ArrowLeft':
      if (here.isOpen) return { kind: 'close', id: at }
      return goTo(branches.find(({ node }) => node.id === here.node.parentId))
    default:
      return undefined
  }
}

function goTo(branch: Branch | undefined): TreeMove | undefined {
  return branch && { kind: 'go', id: branch.node.id }
}
