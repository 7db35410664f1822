/** What `nx affected` selects of a flow's targets; and flows in folders whose names mean something in globs. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { Workspace } from '../lib/workspace';

const FLOW = `
import { flow } from '@nx-flow/core';
import { twice } from '../lib';
import { once } from './near';

const f = flow('sums');
export const start = f.start(() => ({ one: once(1) }));
export const sum = f.step('sum', { after: start }, ({ self }) => ({ two: twice(self.one) }));
export default f.end(sum);
`;
const STEPS = ['start', 'sum', 'end'];

describe('nx affected', () => {
  const workspace = new Workspace('affected', {
    'flows/sums.flow.ts': FLOW,
    'flows/near.ts': 'export const once = (n: number) => n;\n',
    'flows/words.txt': 'words\n',
    'lib/project.json': { name: 'lib' },
    'lib/index.ts': 'export const twice = (n: number) => 2 * n;\n',
    'other/other.flow.ts': FLOW.replace("flow('sums')", "flow('other')")
      .replace("'../lib'", "'./near'")
      .replace("'./near'", "'./far'"),
    'other/near.ts': 'export const twice = (n: number) => 2 * n;\n',
    'other/far.ts': 'export const once = (n: number) => n;\n',
    'README.md': 'read\n',
    'package-lock.json': { name: 'acme', lockfileVersion: 3, packages: {} },
  });
  workspace.git('init', '-q');
  workspace.git('add', '-A');
  workspace.git('commit', '-qm', 'first');

  /** The tasks that would be executed or replayed for an edit, by project. */
  function selected(target: string, file: string, text: string): string[] {
    workspace.write({ [file]: text });
    try {
      return Object.keys(workspace.taskGraph('affected', '-t', target, '--base=HEAD')).sort();
    } finally {
      workspace.git('checkout', '-q', '.');
    }
  }
  const whole = (project: string) => STEPS.map((step) => `${project}:spin-${step}`).sort();

  test.each([
    ['a step', 'flows/sums.flow.ts', FLOW.replace('once(1)', 'once(2)'), 'flows'],
    ['a module of the project', 'flows/near.ts', 'export const once = (n: number) => n + 1;\n', 'flows'],
    ['a module of another project', 'lib/index.ts', 'export const twice = (n: number) => n + n;\n', 'flows'],
    ['a data file', 'flows/words.txt', 'other words\n', 'flows'],
    ['the other flow', 'other/far.ts', 'export const once = (n: number) => n + 1;\n', 'other'],
  ])('an edit of %s selects the whole flow', (_, file, text, project) => {
    expect(selected('spin-end', file, text)).toEqual(whole(project));
  });

  test('what no flow sees selects none, and the recorded spin is selected too', () => {
    expect(selected('spin-end', 'README.md', 'no')).toEqual([]);
    expect(selected('spin', 'lib/index.ts', 'export const twice = (n: number) => n;\n')).toEqual([
      'flows:spin',
    ]);
  });

  test('the last step keeps what it left where the edit was a comment', () => {
    expect(workspace.nx('run', 'flows:spin-end').code).toBe(0);
    workspace.write({ 'flows/near.ts': '// a comment\nexport const once = (n: number) => n;\n' });
    const { code, text } = workspace.nx('affected', '-t', 'spin-end', '--base=HEAD', '--output-style=static');
    expect(code).toBe(0);
    expect(text).toContain('kept what sums/end left');
    expect(text.match(/> nx run flows:spin-\w+ .*cache/g)).toHaveLength(2);
    workspace.git('checkout', '-q', '.');
  });
});

describe.each([
  ['app/[id]', 'app/[id]'],
  ['app/[id]', 'app'],
  ['äpp/@wh!t else', 'äpp/@wh!t else'],
])('a flow in the folder %s of the project %s', (folder, root) => {
  test('is executed after each edit of code or data, and where Nx cannot look, each time', () => {
    const twice = 'export const twice = (n: number) => 2 * n;\n';
    const once = 'export const once = (n: number) => n;\n';
    const workspace = new Workspace(`glob-${Buffer.from(folder + root).toString('hex')}`, {
      [`${folder}/sums.flow.ts`]: FLOW.replace("'../lib'", "'./near'"),
      [`${folder}/near.ts`]: once + twice,
      [`${folder}/words.txt`]: 'words\n',
      [`${root}/project.json`]: { name: 'p' },
    });
    const both = () =>
      [workspace.nx('run', 'p:spin-start'), workspace.nx('spin', 'p', '--step=start')].map(
        ({ code, text }) => {
          expect([code, text]).toEqual([0, expect.stringContaining('Successfully ran target')]);
          return !/\[.*(cache|existing).*\]/.test(text);
        },
      );
    const always = /[[({]/.test(root);
    expect([both(), both()]).toEqual([
      [true, true],
      [always, always],
    ]);
    workspace.write({ [`${folder}/near.ts`]: once.replace('=> n', '=> n + 1') + twice });
    expect(both()).toEqual([true, true]);
    workspace.write({ [`${folder}/words.txt`]: 'other\n' });
    expect(both()).toEqual([true, true]);
    rmSync(join(workspace.folder, 'dist'), { recursive: true });
    expect(both()).toEqual([always, always]);
  });
});
