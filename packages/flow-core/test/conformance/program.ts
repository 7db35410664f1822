/** Programs: flows as data. A shape is drawn or written by hand; compiled, it has names, and bodies described by traits. */
import type { StepKind } from '../../src/definition/graph';

/** A part of a flow that begins after one step and ends with one: whatever is made of such parts is right. */
export type Shape = { seed?: number } & (
  | { kind: 'step' }
  | { kind: 'loop'; times: number }
  /** So many splits; up to three, as many as are drawn. `bare`: also none; always, where the length is 0. */
  | { kind: 'foreach'; length: number; bare?: boolean; inside: Shape[] }
  | { kind: 'gather'; branches: Shape[][] }
  /** The first `united` arms, if more than one, are united by a step of their own before all are. */
  | { kind: 'switch'; arms: Shape[][]; united: number }
);

/** One step, and what its body does. */
export interface Spec {
  name: string;
  kind: StepKind;
  /** Names that it returns, beside `mark`. */
  sets: string[];
  drop: string[];
  /** Of a join or gather: whether it passes on what reaches it, less some names. */
  merges: boolean;
  exclude: string[];
  /** It reads parameters. */
  params: boolean;
  /** Changes what it computes. */
  salt?: number;
  /** Changes its text, and nothing that it does. */
  note?: number;
  /** It reads only these names of what reaches it, and no index. */
  narrow?: string[];
  /** It returns nothing, where nothing is needed of it. */
  silent: boolean;
  /** Lists for the foreaches that come next, each with the case through which they are reached. */
  lists: { over: string; length: number; least: number; when: string | undefined }[];
  /** It returns a list only where a foreach follows indeed. */
  sparing: boolean;
  as: string[];
  over?: string;
  on?: string;
  cases?: string[];
  while?: string;
  /** Of a loop: how many iterations. */
  times?: number;
}

export type Part =
  | { kind: 'step' | 'loop'; spec: Spec }
  | { kind: 'foreach'; spec: Spec; inside: Part[]; join: Spec }
  | { kind: 'gather'; branches: Part[][]; spec: Spec }
  | { kind: 'switch'; spec: Spec; arms: Part[][]; united?: { arms: number; spec: Spec } };

export interface Program {
  name: string;
  start: Spec;
  parts: Part[];
  end: Spec;
  /** All of its steps, in the order of declaration. */
  specs: Spec[];
}

/** Names that many steps set; some are those of every object's own methods. */
export const SHARED = ['shared', 'a', 'constructor', 'then', 'name', 'toString', 'length', 'input'];
const MOST_STEPS = 40;
const MOST_SPLITS = 18;
const DEEPEST_FOREACH = 3;

/** Where a part may be left: behind a step, or one case of a switch. */
interface Exit {
  spec: Spec;
  when?: string;
}
interface Room {
  depth: number;
  /** How often what is compiled here runs, at most. */
  splits: number;
}

/** Gives names to a shape's steps. What goes beyond 40 steps, three foreaches or 18 splits is cut. */
export function compile(name: string, shapes: Shape[]): Program {
  const specs: Spec[] = [];
  let left = MOST_STEPS - 2;

  function spec(kind: StepKind, seed: number | undefined, given: Partial<Spec> = {}): Spec {
    const own = kind === 'start' || kind === 'end' ? kind : `s${specs.length}`;
    const made: Spec = { ...traits(own, kind, seed, specs), ...given, name: own, kind };
    specs.push(made);
    return made;
  }
  function reserve(count: number): boolean {
    if (left < count) return false;
    left -= count;
    return true;
  }
  function all(shapes: Shape[], entry: Exit[], room: Room): { parts: Part[]; exits: Exit[] } {
    const parts: Part[] = [];
    let exits = entry;
    for (const shape of shapes) {
      const made = one(shape, exits, room);
      if (!made) continue;
      parts.push(made.part);
      exits = made.exits;
    }
    return { parts, exits };
  }
  function one(shape: Shape, entry: Exit[], room: Room): { part: Part; exits: Exit[] } | undefined {
    const { seed } = shape;
    switch (shape.kind) {
      case 'step': {
        if (!reserve(1)) return undefined;
        const made = spec('step', seed);
        return { part: { kind: 'step', spec: made }, exits: [{ spec: made }] };
      }
      case 'loop': {
        if (!reserve(1)) return undefined;
        const { times } = shape;
        const made = spec('loop', seed, { while: bit(seed, 12) ? 'go' : `go_s${specs.length}`, times });
        return { part: { kind: 'loop', spec: made }, exits: [{ spec: made }] };
      }
      case 'foreach': {
        if (room.depth === DEEPEST_FOREACH) return one({ kind: 'step', ...seeded(seed) }, entry, room);
        if (!reserve(2)) return undefined;
        const least = shape.bare || shape.length === 0 ? 0 : 1;
        const length = Math.max(least, Math.min(shape.length, Math.floor(MOST_SPLITS / room.splits)));
        const over = least > 0 && length <= 3 && bit(seed, 12) ? 'rows' : `list_s${specs.length}`;
        for (const { spec, when } of entry) spec.lists.push({ over, length, least, when });
        const made = spec('foreach', seed, { over });
        const splits = room.splits * (over === 'rows' ? 3 : Math.max(1, length));
        const within = { depth: room.depth + 1, splits };
        const { parts } = all(shape.inside, [{ spec: made }], within);
        const join = spec('join', seed === undefined ? undefined : seed >> 3);
        return { part: { kind: 'foreach', spec: made, inside: parts, join }, exits: [{ spec: join }] };
      }
      case 'gather': {
        if (!reserve(1)) return undefined;
        const branches = shape.branches.map((branch) => all(branch, entry, room).parts);
        const made = spec('gather', seed, { as: branches.map((_, i) => `b${branches.length - i}`) });
        return { part: { kind: 'gather', branches, spec: made }, exits: [{ spec: made }] };
      }
      case 'switch': {
        const unites = shape.united > 1;
        if (!reserve(unites ? 2 : 1)) return undefined;
        const cases = shape.arms.map((_, i) => `c${i}`);
        const made = spec('switch', seed, { on: bit(seed, 12) ? 'pick' : `pick_s${specs.length}`, cases });
        const arms = shape.arms.map((arm, i) => all(arm, [{ spec: made, when: cases[i] as string }], room));
        const parts = arms.map((arm) => arm.parts);
        const exits = (from: number) => arms.slice(from).flatMap((arm) => arm.exits);
        if (!unites) return { part: { kind: 'switch', spec: made, arms: parts }, exits: exits(0) };
        const united = { arms: shape.united, spec: spec('step', seed) };
        return {
          part: { kind: 'switch', spec: made, arms: parts, united },
          exits: [{ spec: united.spec }, ...exits(shape.united)],
        };
      }
    }
  }

  const start = spec('start', undefined);
  const { parts } = all(shapes, [{ spec: start }], { depth: 0, splits: 1 });
  return { name, start, parts, end: spec('end', undefined), specs };
}

/** What a body does, drawn from a seed; without one, what shows most. */
function traits(
  name: string,
  kind: StepKind,
  seed: number | undefined,
  before: Spec[],
): Omit<Spec, 'name' | 'kind'> {
  const rest = { lists: [], as: [], exclude: [], drop: [] };
  if (seed === undefined) {
    const sets = ['shared', `own_${name}`];
    return { ...rest, sets, merges: true, params: true, silent: false, sparing: false };
  }
  const known = [...SHARED, ...before.map((spec) => `own_${spec.name}`)];
  const pick = (at: number) => known[(seed >> at) % known.length] as string;
  return {
    ...rest,
    sets: [...(bit(seed, 0) ? [`own_${name}`] : []), ...(bit(seed, 1) ? [pick(5)] : [])],
    drop: bit(seed, 2) && bit(seed, 3) ? [pick(7), pick(9)] : [],
    merges: !(bit(seed, 3) && bit(seed, 4)),
    exclude: bit(seed, 5) ? [pick(6), pick(8)] : [],
    params: bit(seed, 6) && bit(seed, 7),
    silent: kind === 'step' && bit(seed, 8) && bit(seed, 9),
    sparing: bit(seed, 10),
  };
}

function bit(seed: number | undefined, at: number): boolean {
  return seed !== undefined && ((seed >> at) & 1) === 1;
}
function seeded(seed: number | undefined): { seed?: number } {
  return seed === undefined ? {} : { seed };
}
