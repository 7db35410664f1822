/** Sequences of misbehaviours by which a defect was found, each with what was wrong. They are replayed first. */
import type { Sequence } from './hostile';

export const FOUND: readonly Sequence[] = [
  // A task that was given ahead began in a process whose built-in functions were patched.
  { surface: 'run', names: ['patched promises', 'another environment'], workers: 1 },
  // Listeners by which Node notices listeners were lost, so that the process ended.
  { surface: 'spin --all', names: ['no listeners any more', 'messages to the parent'], workers: 1 },
  // The command ended with 0 while it wrote what the step had returned.
  { surface: 'spin', names: ['an exit code', 'a late exit'], workers: 1, own: true },
  // What puts back what was patched called what was patched.
  { surface: 'run', names: ['patched arrays', 'patched arrays', 'a broken iterator'], workers: 1 },
  // The clock of `performance` was not put back: the engine looked at its own copy.
  { surface: 'run', names: ['a clock that stands still'], workers: 1 },
  // The process of a Runner's spin stayed alive by its channel, so that a wait for nothing was not noticed.
  { surface: 'Runner', names: ['a wait for nothing'], workers: 1 },
  // The process kept the title.
  { surface: 'run', names: ['a title'], workers: 1 },
  // A date of its own stayed in the process of the command.
  { surface: 'spin', names: ['a date of its own'], workers: 1 },
  // The process that waits for the Runner was ended, too.
  { surface: 'Runner', names: ['a signal to everyone'], workers: 1 },
  // Number 1253 of seed 2026. It failed once in 2,000 sequences, and not by itself: a task that did nothing wrong was said to
  // have ended its worker. Node closed the socket of a worker when a write to it failed, and an outcome in it was lost.
  {
    surface: 'run',
    names: ['a late exit', 'errors within errors', 'an exit without events'],
    workers: 2,
    again: true,
  },
  // Number 1371 of seed 2026. It failed once, and not by itself: a worker ended with 0 in the task that broke the iterator. The
  // likely cause, which was not shown, is a loop over a list where the channel is held.
  {
    surface: 'resume',
    names: ['errors within errors', 'a listener of beforeExit', 'a broken iterator'],
    workers: 1,
  },
  // Number 372 of seed 2026. It failed once, and not by itself: the timer of a step went off when the same file was imported again
  // in the same process, and counted as the import's.
  {
    surface: 'spin',
    names: ['an exit', 'a throw of nothing in a timer', 'a late exit'],
    workers: 1,
    own: false,
    again: false,
  },
  // Number 8 of seed 760857117. What a split listened with was called while another one was under way, and ended it.
  {
    surface: 'run together',
    names: ['a thenable that never settles', 'a listener of beforeExit', 'a late exit'],
    workers: 1,
  },
  ...['listeners that come first', 'listeners for once that throw', 'listeners that exit later'].map(
    (left): Sequence => ({
      surface: 'run together',
      names: ['a wait for nothing', 'a throw of nothing in a timer', left],
      workers: 1,
    }),
  ),
  // The command ended without a word: what its step listened with threw.
  {
    surface: 'spin',
    names: ['listeners that exit later', 'listeners for once that throw'],
    workers: 1,
    own: true,
  },
];
