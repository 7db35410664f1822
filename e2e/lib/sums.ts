/** A flow that sees all that can change: code near and far, a package, data, the environment, parameters, a file given. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Workspace } from './workspace';

const FLOW = `
import { flow, param } from '@nx-flow/core';
import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import dependency from 'dependency';
import { far } from '../far/far';
import { twice } from './lib';

const f = flow('sums', {
  params: { by: z.coerce.number().default(1), note: z.string().default(''), text: param.file().optional() },
  inputs: ['*.txt', '../data/*.csv', { env: 'SUMS_MOOD' }],
});
// Outside of the project, and not among the inputs: what a run finds there, Nx does not know of.
const outside = (by: number) => (existsSync('by.txt') ? Number(readFileSync('by.txt', 'utf8')) : by);
export const start = f.start(({ params }) => ({ rows: [1, 2, 3], by: outside(params.by) }));
export const sum = f.step('sum', { after: start }, ({ self, params }) => {
  console.log('summing');
  const text = params.text ?? '';
  return { sum: twice(self.rows.reduce((a, b) => a + b, 0)) * self.by + far + text.length };
});
export const each = f.foreach('each', { after: sum, over: 'rows' }, ({ input }) => ({ square: input * input }));
export const all = f.join('all', { after: each }, ({ inputs }) => ({
  sum: inputs[0]?.sum ?? 0,
  squares: inputs.map(({ square }) => square),
}));
export const tell = f.step('tell', { after: all }, ({ self }) => ({
  text: [
    readFileSync('flows/words.txt', 'utf8').trim(),
    readFileSync('data/rates.csv', 'utf8').trim(),
    self.sum,
    dependency.version,
    process.env.SUMS_MOOD ?? '',
  ].join(' '),
}));
export default f.end(tell);
`;
export const STEPS = ['start', 'sum', 'each', 'all', 'tell', 'end'];

const dependency = (version: string) => ({
  'node_modules/dependency/package.json': { name: 'dependency', version },
  'node_modules/dependency/index.js': `module.exports = { version: '${version}' };\n`,
});

export class Sums extends Workspace {
  constructor(name: string) {
    super(name, {
      'flows/sums.flow.ts': FLOW,
      'flows/lib.ts': 'export const twice = (n: number) => 2 * n;\nexport const unused = 1;\n',
      'flows/words.txt': 'the sum is\n',
      'flows/project.json': { name: 'flows' },
      'flows/tsconfig.json': { extends: '../tsconfig.base.json' },
      // In no project: Nx's hash of the project and what it depends on does not have these.
      'far/far.ts': 'export const far: number = 0;\n',
      'data/rates.csv': '1,2\n',
      'tsconfig.base.json': { compilerOptions: { strict: true } },
      'package-lock.json': { name: 'acme', lockfileVersion: 3, packages: {} },
      '.gitignore': 'node_modules\ndist\n.nx\n.flow\ndata\n',
    });
    this.install('1.0.0');
  }

  /** Another version of what the flow imports, as npm would leave it. */
  install(version: string): void {
    const files = dependency(version);
    this.write(Object.fromEntries(Object.entries(files).map(([path, text]) => [`flows/${path}`, text])));
    const packages = { 'flows/node_modules/dependency': { version } };
    this.write({ 'package-lock.json': { name: 'acme', lockfileVersion: 3, packages } });
  }

  /** The text of a file after an edit. */
  edited(file: string, from: string, to: string): string {
    const text = readFileSync(join(this.folder, file), 'utf8');
    if (!text.includes(from)) throw new Error(`${file} has no ${from}`);
    return text.replace(from, to);
  }

  edit(file: string, from: string, to: string): void {
    this.write({ [file]: this.edited(file, from, to) });
  }

  path(...parts: string[]): string {
    return join(this.folder, ...parts);
  }

  /** What lies in a folder of outputs: name, digest and text of each artifact; undefined where there is none. */
  artifacts(folder: string): [name: string, digest: string, text: string][] | undefined {
    const at = this.path('dist/flow/sums', folder);
    if (!existsSync(join(at, 'artifacts.json'))) return undefined;
    const files: { name: string; digest: string; file: string }[] = JSON.parse(
      readFileSync(join(at, 'artifacts.json'), 'utf8'),
    );
    return files.map(({ name, digest, file }) => [name, digest, readFileSync(join(at, file), 'utf8')]);
  }
}
