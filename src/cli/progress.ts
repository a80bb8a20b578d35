/**
 * Progress of a long command on standard error: a bar on a terminal, otherwise a line every few seconds.
 */
import { Presets, SingleBar } from 'cli-progress'
import type { Output, Terminal } from './terminal.ts'

export type Stage = Readonly<{
  /** The current step: a new name starts a new bar. */
  name: string
  done: number
  /** 0 if unknown. */
  of: number
  words: string
}>

type Progress = Disposable & Readonly<{ show: (stage: Stage) => void }>

const lineEveryMs = 5000

export function createProgress(terminal: Terminal, now: () => number): Progress {
  return terminal.stderr.isTTY ? createBars(terminal.stderr) : createLines(terminal, now)
}

function createBars(stream: Output): Progress {
  let bar: Readonly<{ name: string; single: SingleBar }> | undefined
  const stop = () => bar?.single.stop()
  // Restores the cursor of the terminal if the process ends early.
  process.once('exit', stop)
  const begin = ({ name, of }: Stage) => {
    stop()
    // In a narrow terminal the words count more than the bar.
    const [nameWidth, barsize] = (stream.columns ?? 80) < 80 ? [10, 10] : [24, 40]
    const format = `${name.padEnd(nameWidth)} {bar} {value}/{total}  {words}`
    const options = { format, stream, barsize, hideCursor: true, fps: 5 }
    const single = new SingleBar(options, Presets.shades_grey)
    single.start(of, 0, { words: '' })
    return { name, single }
  }
  return {
    show(stage) {
      if (bar?.name !== stage.name) bar = begin(stage)
      bar.single.setTotal(Math.max(stage.of, stage.done))
      bar.single.update(stage.done, { words: stage.words })
    },
    [Symbol.dispose]() {
      process.off('exit', stop)
      stop()
    },
  }
}

function createLines(terminal: Terminal, now: () => number): Progress {
  let shownAt = now()
  return {
    show({ name, done, of, words }) {
      if (now() - shownAt < lineEveryMs) return
      shownAt = now()
      terminal.complain(
        `${name}: ${count(done)}${of > 0 ? ` of ${count(of)}` : ''}${words && `, ${words}`}`,
      )
    },
    [Symbol.dispose]: () => {},
  }
}

/** Made once: it takes longer than all numbers that it writes. */
const withCommas = new Intl.NumberFormat('en-US')

/** 1,234,567 */
export function count(number: number): string {
  return withCommas.format(number)
}

/** `1 photo`, `2 photos`. */
export function some(number: number, noun: string, plural = `${noun}s`): string {
  return `${count(number)} ${number === 1 ? noun : plural}`
}

export function megabytes(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(bytes < 10_000_000 ? 1 : 0)} MB`
}
