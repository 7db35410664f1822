/** The states of a worker process, and which may follow which. */

/**
 * - `loading`: it imports the flow
 * - `idle`: it has nothing to do
 * - `busy`: it has tasks, or views are being read for the tasks that it gets
 * - `leaving`: busy, and it gets no more
 * - `gone`: it has ended, or its end does not matter any more
 */
export type WorkerState = 'loading' | 'idle' | 'busy' | 'leaving' | 'gone';

const NEXT: Record<WorkerState, readonly WorkerState[]> = {
  loading: ['idle', 'gone'],
  idle: ['busy', 'gone'],
  busy: ['idle', 'leaving', 'gone'],
  leaving: ['gone'],
  gone: [],
};

/** @throws Error for a step that no worker may take */
export function nextState(from: WorkerState, to: WorkerState): WorkerState {
  if (NEXT[from].includes(to)) return to;
  throw new Error(`A worker that is ${from} cannot become ${to}: this is a defect of nx-flow.`);
}
