/**
 * Takes tasks over from earlier runs that were the same: equal code, and equal values wherever the earlier one looked. What is not known
 * for certain is executed.
 */
import type { Graph, StepNode } from '../../definition/graph';
import type { Unlike } from '../../store/rows/reuse-row';
import type { ArtifactRecord, StackFrame, TaskRow } from '../../store/rows/rows';
import type { Store } from '../../store/store';
import type { Planned } from '../task/place';
import type { View } from '../task/view';
import { EarlierRuns, whole } from './earlier-run';
import { ListItems } from './list-items';
import { mayGoOn, type Sight, seenBy, standsAlike, viewsToRead, wordsFor } from './looked';
import { looksAround, type Shown, shownBy } from './passed-on';
import { type Candidate, executedBy, StepCandidates } from './step-candidates';
import type { StepKey } from './step-keys';

export interface ReuseOptions {
  graph: Graph;
  store: Store;
  namespace: string;
  keys: ReadonlyMap<string, StepKey>;
}

/** What it asks the run under way. */
export interface Under {
  params: readonly [string, ArtifactRecord][];
  view(label: string): View | Promise<View>;
  /** Whether a task's view is still at hand. */
  knows(label: string): boolean;
}

/** An earlier task that stands for one of this run. */
export interface Same {
  row: TaskRow;
  /** The task that executed, as `run/step/task`. */
  origin: string;
  shown: Shown;
}

type Task = Planned & { label: string };

export class Reuse {
  readonly #options: ReuseOptions;
  readonly #earlier: EarlierRuns;
  readonly #steps = new Map<string, StepCandidates>();
  /** Each earlier task stands for one of this run: what refers to it can be told apart. */
  readonly #used = new Set<string>();
  readonly #unlike = new Map<string, Unlike>();
  readonly #never = new Map<string, Unlike>();
  readonly #params = new Map<string, string>();
  #items = new ListItems(() => true);
  #view: Under['view'] = () => {
    throw new Error('No run has begun.');
  };
  /** How many tasks were taken over so far. */
  size = 0;

  constructor(options: ReuseOptions) {
    this.#options = options;
    this.#earlier = new EarlierRuns(options.store, options.graph.flow);
    for (const [step, { never }] of options.keys)
      if (never !== undefined) this.#never.set(step, { what: [never] });
  }

  begin({ params, view, knows }: Under): void {
    for (const [name, { digest }] of params) this.#params.set(name, digest);
    this.#view = view;
    this.#items = new ListItems(knows);
  }

  /** Notes the lists that a finished task leaves to split. */
  finished(label: string, items: Record<string, string> | undefined): void {
    this.#items.add(label, items);
  }

  /** Why a task was not taken over. */
  unlike({ step, label }: Pick<Task, 'step' | 'label'>): Unlike | undefined {
    return this.#never.get(step) ?? this.#unlike.get(label);
  }

  /** Whether tasks of a step can be taken over at all. */
  mayTake(step: string): boolean {
    return this.#options.keys.has(step) && !this.#never.has(step);
  }

  /** For each task the earlier one that stands for it, where there is one. */
  async find(tasks: readonly Task[]): Promise<(Same | undefined)[]> {
    const views = new Map<string, View>();
    const steps = new Map<string, number[]>();
    for (const [i, { step }] of tasks.entries()) steps.set(step, [...(steps.get(step) ?? []), i]);
    const found: (Same | undefined)[] = tasks.map(() => undefined);
    for (const [step, at] of steps) {
      const same = await this.#ofStep(
        step,
        at.map((i) => tasks[i] as Task),
        views,
      );
      for (const [n, i] of at.entries()) found[i] = same[n];
    }
    return found;
  }

  async #ofStep(
    step: string,
    tasks: readonly Task[],
    views: Map<string, View>,
  ): Promise<(Same | undefined)[]> {
    const candidates = this.#candidatesOf(step);
    const found: (Same | undefined)[] = tasks.map(() => undefined);
    let left = tasks.map((_, i) => i);
    do {
      await this.#readViews(
        candidates,
        left.map((i) => tasks[i] as Task),
        views,
      );
      const still: number[] = [];
      for (const i of left) {
        found[i] = await this.#match(candidates, tasks[i] as Task, views);
        if (!found[i]) still.push(i);
      }
      left = still;
    } while (left.length > 0 && (await candidates.more()));
    if (left.length > 0)
      await this.#noteUnlike(
        candidates,
        left.map((i) => tasks[i] as Task),
        views,
      );
    return found;
  }

  #candidatesOf(step: string): StepCandidates {
    const known = this.#steps.get(step);
    if (known) return known;
    const { store, graph, namespace, keys } = this.#options;
    const at = { flow: graph.flow, namespace, step };
    const candidates = new StepCandidates(store, this.#earlier, at, keys.get(step) as StepKey);
    this.#steps.set(step, candidates);
    return candidates;
  }

  async #match(candidates: StepCandidates, task: Task, views: Map<string, View>): Promise<Same | undefined> {
    for (const { looked, seen } of candidates.looks.values()) {
      const sees = seenBy(task, looked, this.#sight, inputsOf(task, views));
      for (const candidate of sees ? (seen.get(sees.join()) ?? []) : []) {
        const origin = executedBy(candidate);
        if (this.#used.has(origin) || !standsAlike(task, candidate.row)) continue;
        if (!mayGoOn(this.#node(task), task, candidate.row)) continue;
        const shown = await whole(() => this.#shown(candidate, task, views));
        if (!shown || !(await this.#earlier.has(origin, shown.own))) continue;
        this.#used.add(origin);
        this.size++;
        return { row: candidate.row, origin, shown };
      }
    }
    return undefined;
  }

  async #shown({ row, run }: Candidate, task: Task, views: Map<string, View>): Promise<Shown | undefined> {
    const { graph, store } = this.#options;
    const node = this.#node(task);
    if (looksAround(node, row)) await this.#read(labelsOf(task), views);
    return shownBy(node, { row, run, flow: graph.flow }, inputsOf(task, views), store);
  }

  /** Together: what is asked for at once is read at once. */
  async #readViews(
    candidates: StepCandidates,
    tasks: readonly Task[],
    views: Map<string, View>,
  ): Promise<void> {
    const looks = [...candidates.looks.values()];
    await this.#read(
      tasks.flatMap((task) => looks.flatMap(({ looked }) => viewsToRead(looked, task))),
      views,
    );
  }

  async #read(labels: readonly string[], views: Map<string, View>): Promise<void> {
    const missing = [...new Set(labels)].filter((label) => !views.has(label));
    const read = await Promise.all(missing.map((label) => this.#view(label)));
    for (const [i, label] of missing.entries()) views.set(label, read[i] as View);
  }

  async #noteUnlike(
    candidates: StepCandidates,
    tasks: readonly Task[],
    views: Map<string, View>,
  ): Promise<void> {
    const without = candidates.looks.size === 0 ? await candidates.otherKey() : undefined;
    for (const task of tasks) {
      const near = candidates.near(task);
      this.#unlike.set(task.label, near ? this.#compare(task, near, views) : (without ?? { what: [] }));
    }
  }

  #compare(task: Task, near: Candidate, views: Map<string, View>): Unlike {
    const { looked, saw, row } = near;
    const sees = seenBy(task, looked, this.#sight, inputsOf(task, views));
    const words = wordsFor(looked);
    const what = sees ? words.filter((_, i) => sees[i] !== saw[i]) : ['what cannot be compared'];
    if (!standsAlike(task, row)) what.push('the number of its inputs');
    if (!mayGoOn(this.#node(task), task, row)) what.push('the iteration: it is the last that `max` allows');
    // Equal, but it is taken for another task, or its artifacts are lost.
    if (what.length === 0) what.push('nothing that is left to take over');
    return { to: executedBy(near), what };
  }

  #node({ step }: Task): StepNode {
    return this.#options.graph.steps.get(step) as StepNode;
  }

  readonly #sight: Sight = {
    param: (name) => this.#params.get(name),
    item: (frame: StackFrame) => this.#items.of(frame),
  };
}

function labelsOf({ parents, base }: Task): readonly string[] {
  return base === undefined ? parents : [base];
}

/** Those that were not read are not looked at. */
function inputsOf(task: Task, views: ReadonlyMap<string, View>): View[] {
  return labelsOf(task).map((label) => views.get(label) ?? { label, entries: new Map() });
}
