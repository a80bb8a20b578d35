/**
 * A tree of which one node is chosen: arrow keys walk, open and close; Enter chooses.
 * https://www.w3.org/WAI/ARIA/apg/patterns/treeview/
 */
import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components'
import { ChevronRightRegular } from '@fluentui/react-icons/svg/chevron-right'
import { FolderRegular } from '@fluentui/react-icons/svg/folder'
import { FolderOpenRegular } from '@fluentui/react-icons/svg/folder-open'
import { type KeyboardEvent, useRef, useState } from 'react'
import { type Branch, moveInTree, seenBranches, type TreeNode } from './tree-moves.ts'

const useStyles = makeStyles({
  node: {
    display: 'flex',
    alignItems: 'center',
    gap: tokens.spacingHorizontalS,
    minHeight: '36px',
    paddingInlineEnd: tokens.spacingHorizontalM,
    borderRadius: tokens.borderRadiusMedium,
    cursor: 'pointer',
    ':hover': { backgroundColor: tokens.colorNeutralBackground1Hover },
    ':focus-visible': { outline: `2px solid ${tokens.colorStrokeFocus2}`, outlineOffset: '-2px' },
  },
  chosen: {
    backgroundColor: tokens.colorBrandBackground2,
    ':hover': { backgroundColor: tokens.colorBrandBackground2 },
    fontWeight: tokens.fontWeightSemibold,
    '@media (forced-colors: active)': { outline: '2px solid Highlight', outlineOffset: '-2px' },
  },
  chevron: {
    display: 'inline-flex',
    width: '20px',
    fontSize: '16px',
    justifyContent: 'center',
    flexShrink: 0,
    transitionProperty: 'transform',
    transitionDuration: tokens.durationFast,
    '@media (prefers-reduced-motion: reduce)': { transitionDuration: '0s' },
  },
  open: { transform: 'rotate(90deg)' },
  icon: { fontSize: '20px', flexShrink: 0, color: tokens.colorNeutralForeground2 },
  name: { overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' },
})

export type TreeProps = Readonly<{
  label: string
  nodes: readonly TreeNode[]
  chosen: string
  onChoose: (id: string) => void
}>

export function Tree({ label, nodes, chosen, onChoose }: TreeProps) {
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set())
  const [place, setPlace] = useState(chosen)
  const elements = useRef(new Map<string, HTMLElement>())
  const branches = seenBranches(nodes, closed)
  const at = branches.some(({ node }) => node.id === place) ? place : chosen

  const setOpen = (id: string, isOpen: boolean) =>
    setClosed(before => new Set(isOpen ? [...before].filter(one => one !== id) : [...before, id]))

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.altKey || event.metaKey) return
    const isChoice = event.key === 'Enter' || event.key === ' '
    const move = moveInTree(event.key, branches, at)
    if (!isChoice && move === undefined) return
    event.preventDefault()
    if (isChoice) onChoose(at)
    else if (move?.kind === 'go') elements.current.get(move.id)?.focus()
    else if (move) setOpen(move.id, move.kind === 'open')
  }

  return (
    <div role="tree" aria-label={label} onKeyDown={onKeyDown}>
      {branches.map(branch => (
        <TreeItem
          key={branch.node.id}
          branch={branch}
          isChosen={branch.node.id === chosen}
          tabIndex={branch.node.id === at ? 0 : -1}
          keep={element => {
            if (element) elements.current.set(branch.node.id, element)
            else elements.current.delete(branch.node.id)
          }}
          onFocus={() => setPlace(branch.node.id)}
          onChoose={() => onChoose(branch.node.id)}
          onTurn={() => setOpen(branch.node.id, !branch.isOpen)}
        />
      ))}
    </div>
  )
}

type TreeItemProps = Readonly<{
  branch: Branch
  isChosen: boolean
  tabIndex: 0 | -1
  keep: (element: HTMLElement | null) => void
  onFocus: () => void
  onChoose: () => void
  onTurn: () => void
}>

function TreeItem({ branch, isChosen, tabIndex, keep, onFocus, onChoose, onTurn }: TreeItemProps) {
  const styles = useStyles()
  const { node, level, position, beside, hasChildren, isOpen } = branch
  const Icon = isChosen || isOpen ? FolderOpenRegular : FolderRegular
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the tree has the keys
    <div
      ref={keep}
      role="treeitem"
      aria-level={level}
      aria-posinset={position}
      aria-setsize={beside}
      aria-selected={isChosen}
      aria-expanded={hasChildren ? isOpen : undefined}
      tabIndex={tabIndex}
      className={mergeClasses(styles.node, isChosen && styles.chosen)}
      style={{ paddingInlineStart: `${8 + (level - 1) * 16}px` }}
      onFocus={onFocus}
      onClick={onChoose}
    >
      {/* biome-ignore lint/a11y/noStaticElementInteractions: a second way for the mouse; keys have arrows */}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: as above */}
      <span
        className={mergeClasses(styles.chevron, isOpen && styles.open)}
        onClick={event => {
          if (!hasChildren) return
          event.stopPropagation()
          onTurn()
        }}
      >
        {hasChildren && <ChevronRightRegular aria-hidden />}
      </span>
      <Icon className={styles.icon} aria-hidden />
      <span className={styles.name} dir="auto">
        {node.name}
      </span>
    </div>
  )
}
