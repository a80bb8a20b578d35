/** The department whose people are shown. */
import type { Share } from '../graph/coverage.ts'
import { DropDown } from '../ui/drop-down.tsx'
import { useWords } from '../words/use-words.ts'

type Props = Readonly<{
  shares: readonly Share[]
  department: string | undefined
  onChoose: (department: string | undefined) => void
}>

export function DepartmentChoice({ shares, department, onChoose }: Props) {
  const words = useWords().people
  const names = shares.flatMap(share => share.department ?? [])
  if (names.length === 0) return null
  const all = { value: '', label: words.allDepartments }
  return (
    <DropDown
      label={words.department}
      options={[all, ...names.map(name => ({ value: name, label: name }))]}
      value={department ?? ''}
      onChange={name => onChoose(name || undefined)}
    />
  )
}
