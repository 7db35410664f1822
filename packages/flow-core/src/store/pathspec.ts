/** Pathspecs: `[flow/]run[/step[/task]]`, the names of what a store holds. */
import { FlowError } from '../definition/errors';

export interface Pathspec {
  flow?: string;
  run?: number;
  step?: string;
  task?: number;
}

const NUMBER = /^[1-9]\d{0,9}$/;
const NAME = /^[A-Za-z_][A-Za-z0-9_-]*$/;

/**
 * Parses a pathspec. A number is a run; a name is a flow (before a run) or a step.
 * `12/train/3`, `movies/12/train/3`, `movies/12`, `12/train`, `12`, `train`.
 * @throws FlowError FLOW_PATHSPEC
 */
export function parsePathspec(text: string): Pathspec {
  const parts = text.split('/');
  const [first = '', second = '', third, fourth] = parts;
  if (parts.length === 1 && NAME.test(first)) return { step: first };
  if (NUMBER.test(first) && parts.length <= 3) {
    const spec = fromRun(first, parts.length > 1 ? second : undefined, third);
    if (spec) return spec;
  }
  if (NAME.test(first) && NUMBER.test(second) && parts.length <= 4) {
    const spec = fromRun(second, third, fourth);
    if (spec) return { flow: first, ...spec };
  }
  throw new FlowError(
    'FLOW_PATHSPEC',
    `"${text}" is not a pathspec. It is a step, run/step or run/step/task, with the flow in front if you like: train, 12/train, 12/train/3, movies/12/train/3.`,
  );
}

function fromRun(run: string, step: string | undefined, task: string | undefined): Pathspec | undefined {
  if (step !== undefined && !NAME.test(step)) return undefined;
  if (task !== undefined && !NUMBER.test(task)) return undefined;
  return {
    run: Number(run),
    ...(step !== undefined ? { step } : {}),
    ...(task !== undefined ? { task: Number(task) } : {}),
  };
}

export function formatPathspec({ flow, run, step, task }: Pathspec): string {
  return [flow, run, step, task].filter((part) => part !== undefined).join('/');
}
