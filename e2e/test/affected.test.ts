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
  async function selected(target: string, file: string, text: string): Promise<string[]> {
    workspace.write({ [file]: text });
    try {
      return Object.keys(await workspace.taskGraph('affected', '-t', target, '--base=HEAD')).sort();
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
  ])('an edit of %s selects the whole flow', async (_, file, text, project) => {
    expect(await selected('spin-end', file, text)).toEqual(whole(project));
  });

  test('what no flow sees selects none, and the recorded spin is selected too', async () => {
    expect(await selected('spin-end', 'README.md', 'no')).toEqual([]);
    expect(await selected('spin', 'lib/index.ts', 'export const twice = (n: number) => n;\n')).toEqual([
      'flows:spin',
    ]);
  });

  test('a long name is selected with its target, and only then', async () => {
    const edit = ['flows/near.ts', 'export const once = (n: number) => n + 2;\n'] as const;
    expect(await selected('spin-sums-end', ...edit)).toEqual(
      [...whole('flows'), 'flows:spin-sums-end'].sort(),
    );
    expect(await selected('spin-sums', ...edit)).toEqual(['flows:spin', 'flows:spin-sums']);
    expect(await selected('spin-sum', ...edit)).toEqual(await selected('spin-sums-sum', ...edit));
    expect(await selected('spin-sums', 'README.md', 'no')).toEqual([]);
  });

  test('the last step keeps what it left where the edit was a comment', async () => {
    expect((await workspace.warm('run', 'flows:spin-end')).code).toBe(0);
    workspace.write({ 'flows/near.ts': '// a comment\nexport const once = (n: number) => n;\n' });
    const { code, text } = await workspace.warm(
      'affected',
      '-t',
      'spin-end',
      '--base=HEAD',
      '--output-style=static',
    );
    expect(code).toBe(0);
    expect(text).toContain('still valid: what sums/end left');
    expect(text.match(/> nx run flows:spin-\w+ .*cache/g)).toHaveLength(2);
    workspace.git('checkout', '-q', '.');
  });
});

describe('flows in folders whose names mean something in globs', () => {
  const workspace = new Workspace('globs');
  const twice = 'export const twice = (n: number) => 2 * n;\n';
  const once = 'export const once = (n: number) => n;\n';

  test.each([
    ['own', 'app/[id]', 'app/[id]'],
    ['above', 'shop/[id]', 'shop'],
    ['signs', 'äpp/@wh!t else', 'äpp/@wh!t else'],
  ])(
    '%s: a flow in %s of the project in %s is executed after each edit of code or data, and where Nx cannot look, each time',
    async (name, folder, root) => {
      workspace.write({
        [`${folder}/sums.flow.ts`]: FLOW.replace("flow('sums')", `flow('${name}')`).replace(
          "'../lib'",
          "'./near'",
        ),
        [`${folder}/near.ts`]: once + twice,
        [`${folder}/words.txt`]: 'words\n',
        [`${root}/project.json`]: { name },
      });
      const commands = [
        ['run', `${name}:spin-start`],
        ['spin', name, '--step=start'],
      ];
      /** Whether the step is executed, as a target of its own and as a spin. */
      const both = async () => {
        const found: boolean[] = [];
        for (const args of commands) {
          const { code, text } = await workspace.warm(...args);
          expect([code, text]).toEqual([0, expect.stringContaining('Successfully ran target')]);
          found.push(!/\[.*(cache|existing).*\]/.test(text));
        }
        return found;
      };
      /** Whether it would be, with another content of a file. */
      const withEdit = async (file: string, text: string) => {
        const found: boolean[] = [];
        await workspace.meanwhile({ [file]: text }, async () => {
          for (const args of commands)
            found.push(!(await workspace.ask(...args)).text.includes('Nx read the output from the cache'));
        });
        return found;
      };
      const always = /[[({]/.test(root);
      expect([await both(), await both()]).toEqual([
        [true, true],
        [always, always],
      ]);
      expect(await withEdit(`${folder}/near.ts`, once.replace('=> n', '=> n + 1') + twice)).toEqual([
        true,
        true,
      ]);
      expect(await withEdit(`${folder}/words.txt`, 'other\n')).toEqual([true, true]);
      rmSync(join(workspace.folder, 'dist/flow', name), { recursive: true });
      expect(await both()).toEqual([always, always]);
    },
  );
});
