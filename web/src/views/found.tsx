/** How many a search has found, also for a screen reader. */
import { Announced } from '../ui/announced.tsx'
import { useLanguageTag, useWords } from '../words/use-words.ts'

type Props = Readonly<{
  count: number
  /** More are known to be there, but not how many. */
  isAtLeast: boolean
}>

export function Found({ count, isAtLeast }: Props) {
  const words = useWords()
  const number = new Intl.NumberFormat(useLanguageTag()).format(count)
  const facts = { count: isAtLeast ? `${number}+` : number }
  return <Announced>{words.people.found(facts)}</Announced>
}
