/** What Nx replays and what it executes: a truth table, against the real thing. Every answer is compared with a fresh one. */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Workspace } from '../lib/workspace';

const FLOW = `
import { flow } from '@nx-flow/core';
import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import { twice } from './lib';

const f = flow('sums', { params: { by: z.coerce.number().default(1), note: z.string().default('') } });
// Outside of the project: what a run finds there, Nx does not know of.
const outside = (by: number) => (existsSync('by.txt') ? Number(readFileSync('by.txt', 'utf8')) : by);
export const start = f.start(({ params }) => ({ rows: [1, 2, 3], by: outside(params.by) }));
export const sum = f.step('sum', { after: start }, ({ self }) => {
  console.log('summing');
  return { sum: twice(self.rows.reduce((a, b) => a + b, 0)) * self.by };
});
export const parity = f.step('parity', { after: sum }, ({ self }) => ({ even: self.sum % 2 === 0 }));
export const tell = f.step('tell', { after: parity }, ({ self }) => ({
  text: readFileSync('flows/words.txt', 'utf8').trim() + ' ' + self.even + ' ' + (process.env.SUMS_MOOD ?? ''),
}));
export default f.end(tell);
`;
const FILES = {
  'flows/sums.flow.ts': FLOW,
  'flows/lib.ts': 'export const twice = (n: number) => 2 * n;\nexport const unused = 1;\n',
  'flows/words.txt': 'the sum is even:\n',
};

const workspace = new Workspace('cached', FILES);
const { nx } = workspace;
const edit = (file: keyof typeof FILES, from: string, to: string) => {
  const text = readFileSync(join(workspace.folder, file), 'utf8');
  expect(text).toContain(from);
  workspace.write({ [file]: text.replace(from, to) });
};
const artifacts = (folder: string) => {
  const at = join(workspace.folder, 'dist/flow/sums', folder);
  const files: { name: string; digest: string; file: string }[] = JSON.parse(
    readFileSync(join(at, 'artifacts.json'), 'utf8'),
  );
  return files.map(({ name, digest, file }) => [name, digest, readFileSync(join(at, file), 'utf8')]);
};
const REPLAYED = 'Nx read the output from the cache';

beforeAll(() => {
  expect(nx('run', 'flows').text).toContain('sums/1 done');
});

describe('nx spin', () => {
  /** What Nx did; and what it left is what a fresh execution leaves. */
  function spin(...args: string[]): 'hit' | 'miss' {
    const given = nx('spin', 'flows', '--step=sum', ...args);
    expect(given.text).toContain('Successfully ran target spin');
    const left = artifacts('spin/sum');
    const fresh = nx('spin', 'flows', '--step=sum', ...args, '--skip-nx-cache');
    expect(fresh.text).not.toContain(REPLAYED);
    expect(artifacts('spin/sum')).toEqual(left);
    return given.text.includes(REPLAYED) ? 'hit' : 'miss';
  }

  test('the truth table', () => {
    const table: [string, 'hit' | 'miss'][] = [];
    const row = (what: string, ...args: string[]) => table.push([what, spin(...args)]);
    row('the first time');
    row('nothing changed');
    row('an option', '--json');
    row('a parameter', '--params.note=x');
    row('an override', '--set.by=5');
    row('the same override', '--set.by=5');
    row('another override', '--set.by=6');
    edit('flows/lib.ts', '2 * n', 'n * 2');
    row('an imported module');
    row('nothing changed again');
    nx('run', 'flows');
    row('a new run with the same content');
    nx('run', 'flows', '--params.note=other');
    row('a new run with another parameter and equal artifacts');
    nx('run', 'flows', '--params.by=3');
    row('a new run with other content');
    nx('run', 'flows');
    row('a new run with the first content');
    rmSync(join(workspace.folder, 'dist/flow/sums/spin/sum'), { recursive: true });
    row('outputs deleted by hand');
    row('a run of one’s own choice', '--origin=3');
    row('the same run again', '--origin=3');
    row('a namespace', '--namespace=user:ada');
    expect(table).toEqual([
      ['the first time', 'miss'],
      ['nothing changed', 'hit'],
      ['an option', 'miss'],
      ['a parameter', 'miss'],
      ['an override', 'miss'],
      ['the same override', 'hit'],
      ['another override', 'miss'],
      ['an imported module', 'miss'],
      ['nothing changed again', 'hit'],
      ['a new run with the same content', 'hit'],
      ['a new run with another parameter and equal artifacts', 'miss'],
      ['a new run with other content', 'miss'],
      ['a new run with the first content', 'hit'],
      ['outputs deleted by hand', 'hit'],
      ['a run of one’s own choice', 'miss'],
      ['the same run again', 'hit'],
      ['a namespace', 'miss'],
    ]);
  });

  test('a pathspec, a failed spin and a split of a foreach are executed each time', () => {
    for (let i = 0; i < 2; i++) expect(nx('spin', 'flows', '1/sum/2').text).not.toContain(REPLAYED);
    for (let i = 0; i < 2; i++) {
      const { code, text } = nx('spin', 'flows', '--step=sum', '--set.rows=7');
      expect(code).toBe(1);
      expect(text).not.toContain(REPLAYED);
    }
  });

  test('a spin that depends on a run in one command sees that run', () => {
    const head = '{workspaceRoot}/.flow/heads/flows/sums.flow.ts/sums/spin.json';
    workspace.write({
      'flows/project.json': {
        name: 'flows',
        targets: {
          after: {
            executor: '@nx-flow/plugin:spin',
            dependsOn: ['run'],
            options: { flow: 'flows/sums.flow.ts', step: 'sum' },
            cache: true,
            inputs: ['default', { fileset: head, includeIgnored: true }],
            outputs: ['{workspaceRoot}/dist/flow/sums/spin/{options.step}'],
          },
        },
      },
    });
    const seen = [3, 4, 4, 3].map((by) => {
      workspace.write({ 'by.txt': String(by) });
      const { text, code } = nx('run', 'flows:after');
      expect([code, text]).toEqual([0, expect.stringContaining('Successfully ran target after')]);
      return [artifacts('spin/sum')[0]?.[2], text.includes(REPLAYED)];
    });
    expect(seen).toEqual([
      ['36\n', false],
      ['48\n', false],
      ['48\n', true],
      ['36\n', true],
    ]);
    rmSync(join(workspace.folder, 'flows/project.json'));
    rmSync(join(workspace.folder, 'by.txt'));
  });
});

describe('the steps as targets', () => {
  const STEPS = ['start', 'sum', 'parity', 'tell', 'end'];
  /** Which steps were executed; the others were replayed. */
  function executed(...args: string[]): string[] {
    const { code, text } = nx('run', 'flows:spin-end', ...args);
    expect([code, text]).toEqual([0, expect.stringContaining('Successfully ran target spin-end')]);
    return STEPS.filter((step) => !new RegExp(`flows:spin-${step}\\b.*(cache|existing)`).test(text));
  }

  test('only what an edit changes is executed, and what sees another result', () => {
    expect(executed()).toEqual(STEPS);
    expect(executed()).toEqual([]);
    edit('flows/sums.flow.ts', 'export const parity', '// a comment\nexport const parity');
    edit('flows/lib.ts', 'unused = 1', 'unused = 2');
    expect(executed()).toEqual([]);
    edit('flows/sums.flow.ts', 'self.sum % 2 === 0', '!(self.sum % 2)');
    // Its result is the same: nothing after it is executed.
    expect(executed()).toEqual(['parity']);
    edit('flows/lib.ts', 'n * 2', 'n * 3');
    // What comes after can see the other sum, too.
    expect(executed()).toEqual(['sum', 'parity', 'tell', 'end']);
    edit('flows/words.txt', 'the sum', 'our sum');
    // Any step may read it.
    expect(executed()).toEqual(STEPS);
    expect(executed('--params.by=5')).toEqual(STEPS);
    expect(executed('--params.by=5')).toEqual([]);
    const [, , text] = artifacts('steps/end').find(([name]) => name === 'text') as string[];
    expect(text).toBe('our sum is even: true ');
  });

  test('the end is that of a run', () => {
    expect(nx('run', 'flows').text).toContain('done');
    executed();
    const dumped = workspace.nxFlow('dump', 'sums', 'end', '--json').json().artifacts;
    const handed = artifacts('steps/end').map(([name, , text]) => [name, text]);
    for (const [name, text] of handed) {
      expect([name, JSON.parse(name === 'text' ? JSON.stringify(text) : (text as string))]).toEqual([
        name,
        dumped[name as string],
      ]);
    }
    expect(handed.map(([name]) => name).sort()).toEqual(Object.keys(dumped).sort());
  });

  test('the task graph has the edges of the flow', () => {
    nx('run', 'flows:spin-end', '--graph=tasks.json');
    const { tasks } = JSON.parse(readFileSync(join(workspace.folder, 'tasks.json'), 'utf8'));
    const edges = Object.entries(tasks.dependencies as Record<string, (string | { id: string })[]>).flatMap(
      ([to, from]) => from.map((id) => [typeof id === 'string' ? id : id.id, to].join(' → ')),
    );
    expect(edges.sort()).toEqual(
      [
        'flows:spin-start → flows:spin-sum',
        'flows:spin-sum → flows:spin-parity',
        'flows:spin-parity → flows:spin-tell',
        'flows:spin-tell → flows:spin-end',
      ].sort(),
    );
  });

  test('what may ask for the user is the user’s own', () => {
    expect(executed()).toEqual([]);
    const flow = readFileSync(join(workspace.folder, 'flows/sums.flow.ts'), 'utf8');
    workspace.write({ 'flows/sums.flow.ts': `${flow}// current\n` });
    expect(executed()).toEqual(STEPS);
    expect(executed()).toEqual([]);
    workspace.write({ 'flows/sums.flow.ts': flow });
    expect(executed()).toEqual([]);
  });

  test('where nothing can be published, flows are executed, and others are not stopped', () => {
    const heads = join(workspace.folder, '.flow/heads');
    expect(executed()).toEqual([]);
    rmSync(heads, { recursive: true });
    workspace.write({ '.flow/heads': 'a file in the place of the folder' });
    for (let i = 0; i < 2; i++) {
      const { text } = nx('spin', 'flows', '--step=sum');
      expect(text).toContain('Spins are executed, not replayed.');
      expect(text).not.toContain(REPLAYED);
    }
    expect(nx('run', 'flows:spin-start').text).not.toContain(REPLAYED);
    rmSync(heads);
    expect(executed()).toEqual([]);
  });

  test('a file that does not parse stops no other project', () => {
    workspace.write({
      'flows/broken.flow.ts': `import { flow } from '@nx-flow/core'; const f = flow('broken'; `,
      'other/project.json': { name: 'other', targets: { build: { command: 'echo built' } } },
    });
    const { code, text } = nx('run-many', '-t', 'build');
    expect([code, text]).toEqual([0, expect.stringContaining('Successfully ran target build')]);
    expect(text).toContain('flows/broken.flow.ts:1:');
    rmSync(join(workspace.folder, 'flows/broken.flow.ts'));
    expect(existsSync(join(workspace.folder, 'flows/sums.flow.ts'))).toBe(true);
  });
});
