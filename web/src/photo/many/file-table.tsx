/** The table of many files: picture, name, person, and what became of it. On a phone each row is a card. */
import { explainRefusal } from '../../crop/explain-refusal.ts'
import { useObjectUrl } from '../../ui/face.tsx'
import type { Words } from '../../words/en.ts'
import { explainProblem, requestIdOf } from '../../words/explain-problem.ts'
import { useWords } from '../../words/use-words.ts'
import styles from './many.module.css'
import { isOpen, type Row } from './many-state.ts'

type Props = Readonly<{
  rows: readonly Row[]
  /** Nothing can be chosen while photos are set. */
  onChoose: ((number: number, isChosen: boolean) => void) | undefined
}>

// The roles are said because `display: grid` takes them from the parts of a table.
export function FileTable({ rows, onChoose }: Props) {
  const words = useWords().many
  return (
    // biome-ignore lint/a11y/noRedundantRoles: with `display: grid` browsers drop the element's own role
    <table role="table" className={styles.table} aria-label={words.table}>
      <thead>
        <tr>
          <td />
          <th scope="col">{words.picture}</th>
          <th scope="col">{words.file}</th>
          <th scope="col">{words.person}</th>
          <th scope="col">{words.result}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(row => (
          <FileRow key={row.number} row={row} onChoose={onChoose} />
        ))}
      </tbody>
    </table>
  )
}

function FileRow({ row, onChoose }: Readonly<{ row: Row }> & Pick<Props, 'onChoose'>) {
  const words = useWords()
  const { number, file, match, isChosen, outcome } = row
  const address = useObjectUrl(file)
  return (
    // biome-ignore lint/a11y/noRedundantRoles: with `display: grid` browsers drop the element's own role
    <tr role="row">
      <td>
        {match.kind === 'one' && (
          <input
            type="checkbox"
            className={styles.check}
            aria-label={words.many.chosen({ name: match.person.name })}
            checked={isChosen}
            disabled={onChoose === undefined || !isOpen(row)}
            onChange={({ target }) => onChoose?.(number, target.checked)}
          />
        )}
      </td>
      <td>
        {address === undefined || outcome.kind === 'unreadable' ? (
          <span className={styles.thumb} />
        ) : (
          <img className={styles.thumb} src={address} alt="" loading="lazy" decoding="async" />
        )}
      </td>
      <td className={styles.file} title={file.name}>
        {file.name}
      </td>
      <td>
        <Person row={row} />
      </td>
      <td>
        <Result row={row} words={words} />
      </td>
    </tr>
  )
}

function Person({ row: { match } }: Readonly<{ row: Row }>) {
  const words = useWords().many
  switch (match.kind) {
    case 'nobody':
      return <span className={styles.bad}>{words.nobody}</span>
    case 'several': {
      const names = match.people.map(
        ({ name, userPrincipalName }) => `${name} (${userPrincipalName})`,
      )
      return <span className={styles.bad}>{words.several({ names: names.join(', ') })}</span>
    }
    case 'twice':
      return <span className={styles.bad}>{words.twice({ name: match.person.name })}</span>
    case 'one':
      return (
        <>
          <div className={styles.name} dir="auto">
            {match.person.name}
          </div>
          <div className={styles.quiet}>{match.person.userPrincipalName}</div>
        </>
      )
  }
}

function Result({ row, words }: Readonly<{ row: Row; words: Words }>) {
  const { outcome, former, isChosen, match } = row
  switch (outcome.kind) {
    case 'planned':
      if (match.kind !== 'one' || !isChosen) {
        return <span className={styles.quiet}>{words.many.left}</span>
      }
      return <span className={styles.quiet}>{former ? words.many.replaces : words.many.first}</span>
    case 'setting':
      return <span className={styles.quiet}>{words.many.setting}</span>
    case 'set':
      return <span className={styles.good}>{words.many.set}</span>
    case 'unreadable':
      return <span className={styles.bad}>{explainRefusal(words.crop, outcome.refusal)}</span>
    case 'failed':
      return <Failed problem={outcome.problem} words={words} />
  }
}

function Failed({ problem, words }: Readonly<{ problem: unknown; words: Words }>) {
  const requestId = requestIdOf(problem)
  return (
    <>
      <div className={styles.bad}>{explainProblem(words, problem)}</div>
      {requestId !== undefined && (
        <div className={styles.quiet}>{words.problems.quote({ requestId })}</div>
      )}
    </>
  )
}
