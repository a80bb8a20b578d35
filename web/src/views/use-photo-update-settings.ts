/** The rule on who may change photos, as an administrator reads, edits, saves and sets it back. */
import { useCallback, useEffect, useState } from 'react'
import type { Graph } from '../graph/graph.ts'
import {
  askMayChangeSettings,
  type Change,
  changeSettings,
  type PhotoUpdateSettings,
  readSettings,
  resetSettings,
} from '../graph/photo-update-settings.ts'
import { useSay } from '../ui/status.tsx'
import { useWords } from '../words/use-words.ts'

/** `seen`: of the server. `draft`: as edited. `theirs`: of another administrator, who was quicker. */
type Rule = Readonly<{
  seen: PhotoUpdateSettings
  draft: PhotoUpdateSettings
  theirs?: PhotoUpdateSettings
}>

export function usePhotoUpdateSettings(graph: Graph) {
  const words = useWords()
  const say = useSay()
  const [rule, setRule] = useState<Rule>()
  const [refusal, setRefusal] = useState<unknown>()
  const [problem, setProblem] = useState<unknown>()
  const [isBusy, setIsBusy] = useState(false)

  const attempt = useCallback(async (work: () => Promise<void>) => {
    setIsBusy(true)
    setProblem(undefined)
    await work().catch(setProblem)
    setIsBusy(false)
  }, [])
  const take = useCallback((seen: PhotoUpdateSettings) => setRule({ seen, draft: seen }), [])
  const load = useCallback(
    () =>
      attempt(async () => {
        const [refused, seen] = await Promise.all([
          askMayChangeSettings(graph),
          readSettings(graph),
        ])
        setRefusal(refused)
        take(seen)
      }),
    [attempt, take, graph],
  )
  useEffect(() => void load(), [load])

  /** `draft`: what was wanted, in case somebody was quicker. */
  const settle = ({ outcome, settings }: Change, draft: PhotoUpdateSettings): boolean => {
    if (outcome === 'done') take(settings)
    else setRule({ seen: settings, draft, theirs: settings })
    return outcome === 'done'
  }
  const undo = (from: PhotoUpdateSettings, to: PhotoUpdateSettings) =>
    attempt(async () => {
      if (settle(await changeSettings(graph, from, to), to)) say(words.whoMayChange.undone)
    })
  const change = (
    told: string,
    wanted: PhotoUpdateSettings,
    work: (seen: PhotoUpdateSettings) => Promise<Change>,
  ) =>
    attempt(async () => {
      if (!rule) return
      const result = await work(rule.seen)
      if (!settle(result, wanted)) return
      const onClick = () => void undo(result.settings, rule.seen)
      say(told, { label: words.common.undo, onClick })
    })

  return {
    rule,
    /** Why this person may only read the rule. */
    refusal,
    problem,
    isBusy,
    load,
    edit: (changes: Partial<PhotoUpdateSettings>) =>
      setRule(before => before && { ...before, draft: { ...before.draft, ...changes } }),
    discard: () => setRule(before => before && { seen: before.seen, draft: before.seen }),
    save: () =>
      rule &&
      change(words.whoMayChange.saved, rule.draft, seen => changeSettings(graph, seen, rule.draft)),
    reset: () =>
      rule && change(words.whoMayChange.reset, rule.draft, seen => resetSettings(graph, seen)),
  }
}
