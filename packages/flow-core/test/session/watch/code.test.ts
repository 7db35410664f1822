/** What a watch compares: what one step sees of the code, or all steps of a chain. */
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WatchedCode } from '../../../src/session/watch/code';

const workspace = realpathSync(mkdtempSync(join(tmpdir(), 'watched-code-')));
const file = join(workspace, 'cities.flow.ts');
afterAll(() => rmSync(workspace, { recursive: true, force: true }));

const FLOW = `import { flow } from '@nx-flow/core';
const f = flow('cities');
const start = f.start(() => ({ n: 1 }));
const first = f.step('first', { after: start }, ({ self }) => ({ n: self.n + 1 }));
const second = f.step('second', { after: first }, ({ self }) => ({ n: self.n + 2 }));
const beside = f.step('beside', { after: start }, ({ self }) => ({ n: self.n + 3 }));
const both = f.gather('both', { after: { second, beside } }, () => ({ n: 4 }));
export default f.end(both);
`;

/** What a look says of an edit, after another one was accepted. */
function edited(before: string, after: string, through?: string) {
  const code = new WatchedCode({ file, flow: 'cities', workspace });
  writeFileSync(file, before);
  const look = code.look('first', through);
  if ('broken' in look) throw look.broken;
  look.accept();
  writeFileSync(file, after);
  const now = code.look('first', through);
  return 'broken' in now ? now.broken.code : now.changed;
}

const SECOND = FLOW.replace('self.n + 2', 'self.n + 20');
const BESIDE = FLOW.replace('self.n + 3', 'self.n + 30');
const changed = (step: string) => [`the function of the step ${step} changed in cities.flow.ts`];

test('an edit of a step of the chain is told in the words of why, one of another step is none', () => {
  expect(edited(FLOW, SECOND, 'second')).toEqual(changed('second'));
  expect(edited(FLOW, SECOND)).toEqual([]);
  expect(edited(FLOW, BESIDE, 'second')).toEqual([]);
  expect(edited(FLOW, BESIDE, 'both')).toEqual([]);
});

test('a step that comes into the chain, or leaves it, is told', () => {
  const more = FLOW.replace(
    "const second = f.step('second', { after: first }",
    "const mid = f.step('mid', { after: first }, () => ({}));\nconst second = f.step('second', { after: mid }",
  );
  expect(edited(FLOW, more, 'second')).toContain('the chain has the step mid, too');
  expect(edited(more, FLOW, 'second')).toContain('the chain has the step mid no more');
});

test('where the graph is computed, all that the flow loads counts', () => {
  const computed = (text: string) => text.replace("f.step('beside'", "f.step(['be', 'side'].join('')");
  expect(edited(computed(FLOW), computed(BESIDE), 'second')).not.toEqual([]);
});

test('one that does not follow any more is left to the spin, which says so', () => {
  expect(
    edited(
      FLOW,
      FLOW.replace(
        '{ after: first }, ({ self }) => ({ n: self.n + 2',
        '{ after: start }, ({ self }) => ({ n: self.n + 2',
      ),
      'second',
    ),
  ).toEqual(['the chain has the step second no more']);
});
