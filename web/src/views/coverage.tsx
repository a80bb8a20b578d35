/** How many people have a photo: in all, and by department where departments are known. */
import type { Share } from '../graph/coverage.ts'
import { Card } from '../ui/layout.tsx'
import { ShareBars } from '../ui/share-bars.tsx'
import { useLanguageTag, useWords } from '../words/use-words.ts'
import { sumOf, withMostMissing } from './shares.ts'

type Props = Readonly<{
  shares: readonly Share[]
  department: string | undefined
  onChoose: (department: string | undefined) => void
}>

export function Coverage({ shares, department, onChoose }: Props) {
  const words = useWords().people
  const tag = useLanguageTag()
  const { people, withPhoto } = sumOf(shares)
  if (people === 0) return null
  const number = new Intl.NumberFormat(tag).format
  const share = withPhoto / people
  const figure = new Intl.NumberFormat(tag, { style: 'percent', maximumFractionDigits: 1 }).format(
    roundedDown(share),
  )
  const parts = withMostMissing(shares).map(one => ({
    id: one.department,
    name: one.department,
    share: one.withPhoto / one.people,
    numbers: words.ofAll({ count: number(one.withPhoto), all: number(one.people) }),
  }))
  return (
    <Card>
      <ShareBars
        figure={figure}
        share={share}
        sentence={words.coverage({ count: number(withPhoto), all: number(people) })}
        partsTitle={words.byDepartment}
        parts={parts}
        chosen={department}
        onChoose={id => onChoose(id === department ? undefined : id)}
      />
    </Card>
  )
}

/** 100 % are all of them, and 0 % nobody: whole per cent, below one per cent tenths. */
function roundedDown(share: number): number {
  return share < 0.01 ? Math.ceil(share * 1000) / 1000 : Math.floor(share * 100) / 100
}
