/** A flow that is edited at random, and what it must come to: its constants, in its files and in a model of it. */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Workspace } from './workspace';

/** Everything that decides the results. `style` writes the same code in other ways. */
export interface State {
  start: number;
  left: number;
  right: number;
  each: number;
  sum: number;
  even: number;
  odd: number;
  /** Of a module of the project, used by one step each. */
  near: number;
  nearer: number;
  /** Of a module that is in no project. */
  far: number;
  /** Printed by a script that a step starts. */
  script: number;
  /** In a file that a step reads. */
  data: number;
  /** The version of a package. */
  dependency: number;
  /** A variable of the environment that the flow names. */
  mood: number;
  /** A parameter. */
  param: number;
  style: number;
  comment: number;
}

export const FIRST: State = {
  ...{ start: 1, left: 1, right: 1, each: 1, sum: 1, even: 1, odd: 1, near: 1, nearer: 1, far: 1 },
  ...{ script: 1, data: 1, dependency: 1, mood: 1, param: 1, style: 0, comment: 0 },
};

const flowOf = (name: string, s: State) =>
  `
import { flow } from '@nx-flow/core';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { version } from 'dependency';
import { far } from '../far-${name}';
import { near, nearer } from './lib';
${'// a comment\n'.repeat(s.comment)}
const f = flow('${name}', {
  params: { param: z.coerce.number().default(1) },
  inputs: ['data.txt', { env: 'MOOD' }],
});
export const start = f.start(() => ({ rows: [1, 2, 3], base: ${s.start} }));
export const left = f.step('left', { after: start }, ({ self }) => ({
  x: ${plus(s, `self.base * ${s.left}`, 'near()')} + Number(execFileSync('node', ['${name}/tools/script.js'])),
}));
export const right = f.step('right', { after: start }, ({ self, params }) => ({
  y: ${plus(s, `self.base + ${s.right}`, `params.param * Number(readFileSync('${name}/data.txt', 'utf8'))`)},
}));
export const both = f.gather('both', { after: { left, right } }, ({ inputs }) => ({
  z: ${plus(s, 'inputs.left.x', 'inputs.right.y')} + far,
  rows: inputs.left.rows,
}));
export const each = f.foreach('each', { after: both, over: 'rows' }, ({ self, input }) => ({
  square: ${plus(s, `input * ${s.each}`, 'self.z')},
}));
export const sum = f.join('sum', { after: each }, ({ inputs }) => {
  const total = inputs.reduce((n, { square }) => ${plus(s, 'n', 'square')}, ${s.sum}) + nearer() + version;
  return { total, kind: total % 2 === 0 ? ('even' as const) : ('odd' as const) };
});
export const pick = f.switch('pick', { after: sum, on: 'kind', cases: ['even', 'odd'] }, ({ self }) => ({
  kind: self.kind,
}));
export const even = f.step('even', { after: pick.when('even') }, ({ self }) => ({ last: self.total + ${s.even} }));
export const odd = f.step('odd', { after: pick.when('odd') }, ({ self }) => ({
  last: self.total - ${s.odd} + 100 * Number(process.env.MOOD),
}));
export const last = f.step('last', { after: oneOf(even, odd) }, ({ self }) => ({ twice: 2 * self.last }));
export default f.end(last);
`.replace('import { flow }', 'import { flow, oneOf }');

const plus = ({ style }: State, a: string, b: string) => (style % 2 === 0 ? `${a} + ${b}` : `${b} + ${a}`);

export type Values = Record<string, Record<string, unknown> | undefined>;

/** What each step shows of its own; undefined for one that is not taken. `recorded` are inputs that were recorded. */
export function resultsOf(s: State): Values {
  const x = s.start * s.left + s.near + s.script;
  const y = s.start + s.right + s.param * s.data;
  const z = x + y + s.far;
  const squares = [1, 2, 3].map((row) => row * s.each + z);
  const total = squares.reduce((n, square) => n + square, s.sum) + s.nearer + s.dependency;
  const kind = total % 2 === 0 ? 'even' : 'odd';
  const last = kind === 'even' ? total + s.even : total - s.odd + 100 * s.mood;
  return {
    start: { rows: [1, 2, 3], base: s.start },
    left: { x },
    right: { y },
    both: { z, rows: [1, 2, 3] },
    sum: { total, kind },
    pick: { kind },
    even: kind === 'even' ? { last } : undefined,
    odd: kind === 'odd' ? { last } : undefined,
    last: { twice: 2 * last },
  };
}

/** The same for one step of today's code, spun on what another state has recorded. Parameters are the recorded ones. */
export function spunOf(
  step: 'left' | 'right' | 'both' | 'pick',
  now: State,
  then: State,
): Record<string, unknown> {
  const recorded = resultsOf(then);
  switch (step) {
    case 'left':
      return { x: then.start * now.left + now.near + now.script };
    case 'right':
      return { y: then.start + now.right + then.param * now.data };
    case 'both':
      return { z: Number(recorded.left?.x) + Number(recorded.right?.y) + now.far, rows: [1, 2, 3] };
    case 'pick':
      return { kind: recorded.sum?.kind };
  }
}

/** A project of its own in the workspace, with the flow in a state. */
export class Edited {
  readonly name: string;
  readonly #workspace: Workspace;

  constructor(workspace: Workspace, name: string) {
    this.#workspace = workspace;
    this.name = name;
  }

  write(state: State): void {
    const { name } = this;
    const files = {
      [`${name}/${name}.flow.ts`]: flowOf(name, state),
      [`${name}/lib.ts`]: `export const near = () => ${state.near};\nexport const nearer = () => ${state.nearer};\n`,
      [`${name}/tools/script.js`]: `console.log(require('./number'));\n`,
      [`${name}/tools/number.js`]: `module.exports = ${state.script};\n`,
      [`${name}/data.txt`]: `${state.data}\n`,
      [`far-${name}.ts`]: `export const far: number = ${state.far};\n`,
      [`${name}/node_modules/dependency/package.json`]: {
        name: 'dependency',
        version: `1.0.${state.dependency}`,
      },
      [`${name}/node_modules/dependency/index.js`]: `exports.version = ${state.dependency};\n`,
    };
    for (const [file, content] of Object.entries(files)) {
      const text = typeof content === 'string' ? content : JSON.stringify(content, null, 2);
      const path = join(this.#workspace.folder, file);
      if (!existsSync(path) || readFileSync(path, 'utf8') !== text) this.#workspace.write({ [file]: text });
    }
  }

  /** What a folder of outputs holds: of `left`, `{ x: 3 }`; undefined where the step was not taken. */
  outputs(folder: string): Record<string, unknown> | undefined {
    const at = join(this.#workspace.folder, 'dist/flow', this.name, folder);
    if (existsSync(join(at, 'digests.json'))) {
      const { chosen } = JSON.parse(readFileSync(join(at, 'digests.json'), 'utf8'));
      if (!chosen) return undefined;
    }
    const files: { name: string; file: string; format: string }[] = JSON.parse(
      readFileSync(join(at, 'artifacts.json'), 'utf8'),
    );
    return Object.fromEntries(
      files.map(({ name, file, format }) => {
        const text = readFileSync(join(at, file), 'utf8');
        return [name, format === 'text' ? text : JSON.parse(text)];
      }),
    );
  }

  /** How a spin compared its outputs with what was recorded. */
  changes(step: string): Record<string, string> {
    const at = join(this.#workspace.folder, 'dist/flow', this.name, 'spin', step, 'result.json');
    const { artifacts } = JSON.parse(readFileSync(at, 'utf8'));
    return Object.fromEntries(
      Object.entries<{ change: string }>(artifacts).map(([name, a]) => [name, a.change]),
    );
  }

  remove(folder: string): void {
    rmSync(join(this.#workspace.folder, 'dist/flow', this.name, folder), { recursive: true, force: true });
  }
}
