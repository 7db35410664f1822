/** A program as a flow, through the real API. */
import { z } from 'zod';
import { merge } from '../../src/definition';
import { anyOf, type Handle, type UntypedFlow, untyped } from '../definition/untyped';
import { bodyOf, type Context, type Hooks, type Merge } from './body';
import type { Part, Program, Spec } from './program';

/** What a body is given by the engine, beside what it computes with. */
export interface EngineContext extends Context {
  current: { run: string; task: string; pathspec: string; attempt: number } & Record<string, unknown>;
  log(message: string): void;
}

export interface Declaration {
  hooks?: Hooks<EngineContext>;
  /** Options of a step: retry, catch, … */
  options?(spec: Spec): Record<string, unknown>;
}

const PARAMS = { seed: z.coerce.number().default(1), label: z.string().default('none') };

export function declare(program: Program, { hooks = {}, options = () => ({}) }: Declaration = {}): unknown {
  const f: UntypedFlow = untyped(program.name, { params: PARAMS });
  const body = (spec: Spec) => bodyOf(spec, merge as unknown as Merge, hooks);
  const given = (spec: Spec, more: object) => ({
    ...more,
    ...(spec.drop.length > 0 ? { drop: spec.drop } : {}),
    ...options(spec),
  });
  const { start, end } = program;
  return f.end(given(end, { after: all(program.parts, f.start(given(start, {}), body(start))) }), body(end));

  function all(parts: Part[], after: Handle): Handle {
    return parts.reduce((last, part) => one(part, last), after);
  }
  function one(part: Part, after: Handle): Handle {
    const { spec } = part;
    const { name, over, on, cases } = spec;
    switch (part.kind) {
      case 'step':
        return f.step(name, given(spec, { after }), body(spec));
      case 'loop':
        return f.loop(name, given(spec, { after, while: spec.while }), body(spec));
      case 'foreach': {
        const each = f.foreach(name, given(spec, { after, over }), body(spec));
        return f.join(part.join.name, given(part.join, { after: all(part.inside, each) }), body(part.join));
      }
      case 'gather': {
        const branches = part.branches.map((branch, i) => [spec.as[i], all(branch, after)]);
        return f.gather(name, given(spec, { after: Object.fromEntries(branches) }), body(spec));
      }
      case 'switch': {
        const pick = f.switch(name, given(spec, { after, on, cases }), body(spec));
        const ends = part.arms.map((arm, i) => all(arm, pick.when(cases?.[i] as string)));
        if (!part.united) return anyOf(...ends);
        const { arms, spec: united } = part.united;
        const one = f.step(
          united.name,
          given(united, { after: anyOf(...ends.slice(0, arms)) }),
          body(united),
        );
        return anyOf(one, ...ends.slice(arms));
      }
    }
  }
}
