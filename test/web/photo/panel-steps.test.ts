/** What the panel does next, as a table of what happens: races, refusals, a busy server, the undo. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Problem } from '../../../web/src/graph/problem.ts'
import type {
  Act,
  Command,
  Outcome,
  PanelEvent,
  State,
} from '../../../web/src/photo/panel-state.ts'
import { needsClock, start, step } from '../../../web/src/photo/panel-steps.ts'

const first = { etag: '"1"', width: 648, height: 648 }
const second = { etag: '"2"', width: 648, height: 648 }
const chosen = new Blob(['picture'])
const mine = new Blob(['mine'])
const old = new Blob(['old'])

const act = (on: Act['on']): Act => {
  if (on === 'chosen') return { on, chosen }
  return on === 'save' ? { on, jpeg: mine } : { on }
}
const problem = (kind: Problem['kind'], retryAfterSeconds?: number) =>
  new Problem({ kind, retryAfterSeconds })

type Unnumbered = Outcome extends infer One
  ? One extends Outcome
    ? Omit<One, 'turn'>
    : never
  : never
/** An outcome without a number is that of the last command. */
type Happening = Act['on'] | Unnumbered | Outcome
const read = (photo: typeof first | 'none', refusal?: Problem): Unnumbered => ({
  on: 'read',
  photo,
  ...(refusal && { refusal }),
})
const written: Unnumbered = { on: 'written' }
const removed: Unnumbered = { on: 'removed', jpeg: old }
const failed = (kind: Problem['kind'], seconds?: number): Unnumbered => ({
  on: 'failed',
  problem: problem(kind, seconds),
})
const ticks = (count: number): Happening[] => Array.from({ length: count }, () => 'tick' as const)

type End = Readonly<{ state: State; commands: readonly Command[] }>

function follow(...happenings: readonly Happening[]): End {
  const commands: Command[] = start.command ? [start.command] : []
  let { state } = start
  for (const happening of happenings) {
    const next = step(state, toEvent(happening, state.turn))
    state = next.state
    if (next.command) commands.push(next.command)
  }
  return { state, commands }
}

function toEvent(happening: Happening, turn: number): PanelEvent {
  return typeof happening === 'string' ? act(happening) : ({ turn, ...happening } as Outcome)
}

type Expected = Readonly<{
  phase: State['phase']['name']
  /** What the server was asked, in order; `put 1` replaces the first photo, `put none` sets where there is none. */
  asked: readonly string[]
  photo?: State['photo']
  also?: (state: State) => void
}>

const write = (command: Command): string => {
  if (command.do !== 'put') return command.do
  const { former, jpeg } = command
  const picture = jpeg === mine ? 'mine' : 'old'
  return `put ${picture} over ${former === 'none' ? 'none' : former.etag.replaceAll('"', '')}`
}

const shown = read(first)
const saving: Happening[] = [shown, 'chosen', 'save']
const undoable: Happening[] = [shown, 'remove', removed]

const saysProblem = (kind: Problem['kind']) => (state: State) => {
  assert.ok('problem' in state.phase)
  assert.equal(state.phase.problem?.kind, kind)
}
const saysNews = (news: string | undefined) => (state: State) => {
  assert.ok('news' in state.phase)
  assert.equal(state.phase.news, news)
}
const undoLeft = (seconds: number | undefined) => (state: State) =>
  assert.equal(state.undo?.secondsLeft, seconds)
const waits = (seconds: number) => (state: State) => {
  assert.ok('pause' in state.phase)
  assert.equal(state.phase.pause?.secondsLeft, seconds)
}

const cases: Readonly<Record<string, readonly [readonly Happening[], Expected]>> = {
  'the photo is read first': [[], { phase: 'opening', asked: ['open'], photo: 'unread' }],
  'a photo is shown as read': [[shown], { phase: 'ready', asked: ['open'], photo: first }],
  'no photo is shown as none': [[read('none')], { phase: 'ready', asked: ['open'], photo: 'none' }],
  'a photo that cannot be read is tried again by hand': [
    [failed('failed'), 'try again', shown],
    { phase: 'ready', asked: ['open', 'open'], photo: first },
  ],
  'nothing can be chosen before the photo is read': [
    ['chosen', 'save', 'remove', 'undo'],
    { phase: 'opening', asked: ['open'] },
  ],

  'a saved photo replaces the one that was seen, and is read from the server': [
    [...saving, written, read(second)],
    {
      phase: 'ready',
      asked: ['open', 'put mine over 1', 'read'],
      photo: second,
      also: saysNews('saved'),
    },
  ],
  'a first photo is set only where there is still none': [
    [read('none'), 'chosen', 'save'],
    { phase: 'saving', asked: ['open', 'put mine over none'] },
  ],
  'a double click on Save is one change': [
    [...saving, 'save', 'save'],
    { phase: 'saving', asked: ['open', 'put mine over 1'] },
  ],
  'a double click on Remove is one change': [
    [shown, 'remove', 'remove'],
    { phase: 'removing', asked: ['open', 'remove'] },
  ],
  'a double click on Undo is one change': [
    [...undoable, 'undo', 'undo'],
    { phase: 'restoring', asked: ['open', 'remove', 'put old over none'] },
  ],
  'cancelling the crop changes nothing': [
    [shown, 'chosen', 'cancelled'],
    { phase: 'ready', asked: ['open'], photo: first },
  ],
  'a change under way is not cancelled': [
    [...saving, 'cancelled'],
    { phase: 'saving', asked: ['open', 'put mine over 1'] },
  ],
  'a second file does not replace the one in the crop': [
    [...saving, 'chosen'],
    { phase: 'saving', asked: ['open', 'put mine over 1'] },
  ],
  'a file chosen while a change is under way is cropped when that is done': [
    [...saving, written, 'chosen', read(second), 'save'],
    { phase: 'saving', asked: ['open', 'put mine over 1', 'read', 'put mine over 2'] },
  ],
  'a file chosen while a removal fails is cropped all the same': [
    [shown, 'remove', 'chosen', failed('offline')],
    { phase: 'cropping', asked: ['open', 'remove'], photo: first },
  ],
  'a saved photo that cannot be read back is said to be saved': [
    [...saving, written, failed('offline')],
    { phase: 'unreadable', asked: ['open', 'put mine over 1', 'read'], also: saysNews('saved') },
  ],

  'offline, the crop stays open': [
    [...saving, failed('offline')],
    { phase: 'cropping', asked: ['open', 'put mine over 1'], also: saysProblem('offline') },
  ],
  'back online, Save is pressed again': [
    [...saving, failed('offline'), 'save', written, read(second)],
    {
      phase: 'ready',
      asked: ['open', 'put mine over 1', 'put mine over 1', 'read'],
      photo: second,
    },
  ],
  'a picture that is refused stays in the crop': [
    [...saving, failed('refused')],
    { phase: 'cropping', asked: ['open', 'put mine over 1'], also: saysProblem('refused') },
  ],
  'an ended sign-in keeps the crop': [
    [...saving, failed('signed-out')],
    { phase: 'cropping', asked: ['open', 'put mine over 1'], also: saysProblem('signed-out') },
  ],
  'an error of the server keeps the crop': [
    [...saving, failed('failed')],
    { phase: 'cropping', asked: ['open', 'put mine over 1'], also: saysProblem('failed') },
  ],
  'an owner who is gone has no photo to change': [
    [...saving, failed('missing')],
    { phase: 'unreadable', asked: ['open', 'put mine over 1'], also: saysProblem('missing') },
  ],

  'who may not change it learns so before the crop': [
    [read(first, problem('forbidden')), 'chosen', 'remove'],
    {
      phase: 'ready',
      asked: ['open'],
      also: state => assert.equal(state.refusal?.kind, 'forbidden'),
    },
  ],
  'who is refused while saving learns so beside the photo': [
    [...saving, failed('forbidden'), 'chosen'],
    {
      phase: 'ready',
      asked: ['open', 'put mine over 1'],
      also: state => assert.equal(state.refusal?.kind, 'forbidden'),
    },
  ],

  'a busy server is waited for': [
    [...saving, failed('busy', 3), ...ticks(2)],
    { phase: 'saving', asked: ['open', 'put mine over 1'], also: waits(1) },
  ],
  'after the wait the same change is sent again': [
    [...saving, failed('busy', 3), ...ticks(3), written, read(second)],
    {
      phase: 'ready',
      asked: ['open', 'put mine over 1', 'put mine over 1', 'read'],
      photo: second,
    },
  ],
  'a busy server that names no time is waited for two seconds': [
    [...saving, failed('busy')],
    { phase: 'saving', asked: ['open', 'put mine over 1'], also: waits(2) },
  ],
  'waiting can be cancelled, and the crop is still there': [
    [...saving, failed('busy', 3), 'tick', 'cancelled', ...ticks(5)],
    { phase: 'cropping', asked: ['open', 'put mine over 1'] },
  ],
  'nobody waits for longer than two minutes': [
    [...saving, failed('busy', 121)],
    { phase: 'cropping', asked: ['open', 'put mine over 1'], also: saysProblem('busy') },
  ],
  'a server that stays busy is tried five times': [
    [
      ...saving,
      ...Array.from({ length: 4 }, () => [failed('busy', 1), 'tick' as const]).flat(),
      failed('busy', 1),
    ],
    {
      phase: 'cropping',
      asked: ['open', ...Array.from({ length: 5 }, () => 'put mine over 1')],
      also: saysProblem('busy'),
    },
  ],

  'a change by somebody else is shown beside mine': [
    [...saving, failed('changed'), read(second)],
    {
      phase: 'conflict',
      asked: ['open', 'put mine over 1', 'read'],
      also: ({ phase }) => {
        assert.ok(phase.name === 'conflict')
        assert.equal(phase.mine, mine)
        assert.equal(phase.theirs, second)
      },
    },
  ],
  'nothing is decided before theirs is seen': [
    [...saving, failed('changed'), 'use mine', 'show theirs'],
    { phase: 'conflict', asked: ['open', 'put mine over 1', 'read'] },
  ],
  'theirs is kept without another change': [
    [...saving, failed('changed'), read(second), 'show theirs'],
    { phase: 'ready', asked: ['open', 'put mine over 1', 'read'], photo: second },
  ],
  'mine replaces the one that was seen beside it': [
    [...saving, failed('changed'), read(second), 'use mine', 'use mine', written],
    {
      phase: 'confirming',
      asked: ['open', 'put mine over 1', 'read', 'put mine over 2', 'read'],
      also: saysNews('saved'),
    },
  ],
  'mine is set where they removed theirs': [
    [...saving, failed('changed'), read('none'), 'use mine'],
    { phase: 'replacing', asked: ['open', 'put mine over 1', 'read', 'put mine over none'] },
  ],
  'another change in between is shown again': [
    [...saving, failed('changed'), read('none'), 'use mine', failed('changed'), read(second)],
    {
      phase: 'conflict',
      asked: ['open', 'put mine over 1', 'read', 'put mine over none', 'read'],
    },
  ],
  'offline, the choice stays open': [
    [...saving, failed('changed'), read(second), 'use mine', failed('offline')],
    {
      phase: 'conflict',
      asked: ['open', 'put mine over 1', 'read', 'put mine over 2'],
      also: saysProblem('offline'),
    },
  ],
  'theirs that cannot be read is tried again': [
    [...saving, failed('changed'), failed('offline'), 'try again', read(second)],
    { phase: 'conflict', asked: ['open', 'put mine over 1', 'read', 'read'] },
  ],

  'a removed photo can be put back for eight seconds': [
    [...undoable, ...ticks(7)],
    { phase: 'ready', asked: ['open', 'remove'], photo: 'none', also: undoLeft(1) },
  ],
  'after eight seconds it cannot': [
    [...undoable, ...ticks(8), 'undo'],
    { phase: 'ready', asked: ['open', 'remove'], photo: 'none', also: undoLeft(undefined) },
  ],
  'the time stands still while pointer or focus is on the undo': [
    [...undoable, 'tick', 'hold', ...ticks(20), 'release', 'tick'],
    { phase: 'ready', asked: ['open', 'remove'], also: undoLeft(6) },
  ],
  'the time stands still while another photo is cropped': [
    [...undoable, 'chosen', ...ticks(20), 'cancelled'],
    { phase: 'ready', asked: ['open', 'remove'], also: undoLeft(8) },
  ],
  'a new photo ends the undo': [
    [...undoable, 'chosen', 'save', written, read(second)],
    {
      phase: 'ready',
      asked: ['open', 'remove', 'put mine over none', 'read'],
      photo: second,
      also: undoLeft(undefined),
    },
  ],
  'undo puts the former picture where there is still none': [
    [...undoable, 'undo', written, read(second)],
    {
      phase: 'ready',
      asked: ['open', 'remove', 'put old over none', 'read'],
      photo: second,
      also: saysNews('restored'),
    },
  ],
  'undo does not replace what somebody set meanwhile': [
    [...undoable, 'undo', failed('changed'), read(second)],
    {
      phase: 'conflict',
      asked: ['open', 'remove', 'put old over none', 'read'],
      also: ({ phase }) => assert.equal(phase.name === 'conflict' && phase.mine, old),
    },
  ],
  'offline, the undo is kept and its time begins anew': [
    [...undoable, ...ticks(5), 'undo', failed('offline')],
    { phase: 'ready', asked: ['open', 'remove', 'put old over none'], also: undoLeft(8) },
  ],
  'a photo that another has changed is not removed': [
    [shown, 'remove', failed('changed'), read(second)],
    {
      phase: 'ready',
      asked: ['open', 'remove', 'read'],
      photo: second,
      also: saysNews('changed'),
    },
  ],
  'a photo that another has removed already is shown as none': [
    [shown, 'remove', failed('missing'), read('none')],
    { phase: 'ready', asked: ['open', 'remove', 'read'], photo: 'none', also: undoLeft(undefined) },
  ],
  'a busy server is waited for before removing again': [
    [shown, 'remove', failed('busy', 1), 'tick', removed],
    { phase: 'ready', asked: ['open', 'remove', 'remove'], photo: 'none', also: undoLeft(8) },
  ],

  'back at the window, the photo is read again': [
    [shown, 'returned', read(second)],
    { phase: 'ready', asked: ['open', 'read'], photo: second },
  ],
  'back at the window without a network, the photo stays': [
    [shown, 'returned', failed('offline')],
    { phase: 'ready', asked: ['open', 'read'], photo: first, also: saysNews(undefined) },
  ],
  'back at the window, an open crop still replaces what was seen': [
    [shown, 'chosen', 'returned', 'save'],
    { phase: 'saving', asked: ['open', 'put mine over 1'] },
  ],
  'a photo read while the crop was opened does not count as seen': [
    [shown, 'returned', 'chosen', read(second), 'save'],
    { phase: 'saving', asked: ['open', 'read', 'put mine over 1'] },
  ],
  'an answer of an older question is ignored': [
    [shown, 'returned', 'remove', { on: 'read', turn: 2, photo: second }],
    { phase: 'removing', asked: ['open', 'read', 'remove'], photo: first },
  ],
  'an answer that comes twice counts once': [
    [...saving, written, { on: 'written', turn: 2 }, read(second)],
    { phase: 'ready', asked: ['open', 'put mine over 1', 'read'], photo: second },
  ],
  'what was said is dismissed': [
    [...saving, written, read(second), 'dismiss'],
    { phase: 'ready', asked: ['open', 'put mine over 1', 'read'], also: saysNews(undefined) },
  ],
}

describe('the panel of a photo', () => {
  for (const [name, [happenings, expected]] of Object.entries(cases)) {
    test(name, () => {
      const { state, commands } = follow(...happenings)
      assert.equal(state.phase.name, expected.phase)
      assert.deepEqual(commands.map(write), expected.asked)
      if (expected.photo) assert.deepEqual(state.photo, expected.photo)
      expected.also?.(state)
    })
  }

  test('needs a clock only while seconds count', () => {
    assert.equal(needsClock(follow(shown).state), false)
    assert.equal(needsClock(follow(...undoable).state), true)
    assert.equal(needsClock(follow(...undoable, 'hold').state), false)
    assert.equal(needsClock(follow(...undoable, 'chosen').state), false)
    assert.equal(needsClock(follow(...saving).state), false)
    assert.equal(needsClock(follow(...saving, failed('busy', 3)).state), true)
  })
})
