/** The rows of a list of tasks: filtered, failed ones first. */
import type { TasksReply } from '../../api/routes';
import { STATUS, statusWord } from './statuses';

export interface TaskFilter {
  step?: string;
  status?: string;
  /** A part of the step, the split, the status or the error. */
  q?: string;
}

/** The places of the tasks to show: failed ones, then those that go on, then all others, each in the order of time. */
export function taskRows(tasks: TasksReply, { step, status, q }: TaskFilter): number[] {
  const wantedStep = step === undefined ? undefined : tasks.steps.indexOf(step);
  const words = (q ?? '').toLowerCase().split(/\s+/).filter(Boolean);
  const found = words.length > 0 ? textsOf(tasks) : [];
  const [failed, running, others]: [number[], number[], number[]] = [[], [], []];
  for (const i of orderOf(tasks)) {
    if (wantedStep !== undefined && tasks.step[i] !== wantedStep) continue;
    if (status !== undefined && statusWord(tasks.status[i]) !== status) continue;
    if (words.length > 0 && !words.every((word) => found[i]?.includes(word))) continue;
    const rows =
      tasks.status[i] === STATUS.failed ? failed : tasks.status[i] === STATUS.running ? running : others;
    rows.push(i);
  }
  return [...failed, ...running, ...others];
}

const orders = new WeakMap<TasksReply, readonly number[]>();
const texts = new WeakMap<TasksReply, readonly string[]>();

/** The places by time. */
function orderOf(tasks: TasksReply): readonly number[] {
  let order = orders.get(tasks);
  if (!order) {
    const places = tasks.task.map((_, i) => i);
    order = places.sort((a, b) => (tasks.start[a] as number) - (tasks.start[b] as number) || a - b);
    orders.set(tasks, order);
  }
  return order;
}

/** What a filter looks at, by place. Made once, best before somebody types, so that what is typed is answered at once. */
export function textsOf(tasks: TasksReply): readonly string[] {
  let made = texts.get(tasks);
  if (!made) {
    made = tasks.task.map((_, i) => taskText(tasks, i));
    texts.set(tasks, made);
  }
  return made;
}

function taskText(tasks: TasksReply, i: number): string {
  const text = `${tasks.steps[tasks.step[i] as number]}/${tasks.task[i]} [${tasks.index[i]}] ${statusWord(tasks.status[i])}`;
  return `${text} ${tasks.errors[i] ?? ''}`.toLowerCase();
}

/** `each[12]`, `fit[2, 0]`, or the step alone outside of a foreach. */
export function taskName(tasks: TasksReply, i: number): string {
  const step = tasks.steps[tasks.step[i] as number] ?? '?';
  return tasks.index[i] ? `${step}[${(tasks.index[i] as string).replaceAll('.', ', ')}]` : step;
}

/** How many tasks have each status, in the order of the statuses. */
export function statusCounts(tasks: TasksReply): number[] {
  const counts = Object.keys(STATUS).map(() => 0);
  for (const status of tasks.status) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}
