/** What a person sees of a watch. */
import { makeOutput } from '../../../src/cli/render/output';
import { watchScreen } from '../../../src/cli/watch/screen';
import type { SpinDone } from '../../../src/engine/task/flow-event';

let text: string;
const write = (more: string) => {
  text += more;
};
function screen(built: string[] = []) {
  text = '';
  const output = { ...makeOutput(true, false), live: false, columns: 80, write, raw: write, recorded: write };
  const place = { flow: 'movies', cwd: '/w', workspace: '/w', store: '/w/.flow', found: {} };
  return watchScreen(output, {
    ...{ step: () => 'train', place, file: '/w/app/movies.flow.ts', through: undefined },
    built: () => built,
  });
}
const done = (digest: string, index: number[] = []): SpinDone => ({
  ...{
    type: 'spin-done',
    flow: 'movies',
    step: 'train',
    index,
    run: 12,
    originMs: 3,
    status: 'done',
    hints: [],
  },
  durationMs: 2,
  artifacts: [{ name: 'model', type: 'number', size: 1, digest, change: 'changed', preview: '7' }],
  outputs: 'dist/flow/movies/spin/train',
});
const end = { type: 'ended' as const, code: 0 };
const spun = (n: number, of: SpinDone) => ({
  n,
  latencyMs: 38,
  changed: n === 1 ? [] : ['it changed'],
  done: of,
  end,
});

test('each artifact beside the run, and beside the last spin of the same task that ended well', () => {
  const shown = screen();
  shown.begins(1, []);
  shown.spun(spun(1, done('a')));
  expect(text).toContain('── 1 ──\n\nArtifact  Type    Size  Change   Value\n');
  expect(text).toContain('outputs in dist/flow/movies/spin/train\n');
  text = '';
  shown.begins(2, ['the function of the step train changed in movies.flow.ts']);
  shown.spun(spun(2, done('a')));
  expect(text).toBe(`
── 2 ──  the function of the step train changed in movies.flow.ts

Artifact  Type    Size  vs run 12  vs spin 1  Value
model     number   1 B  changed    same       7

done in 2.0 ms (3.0 ms in run 12), 38 ms after the save
`);
  shown.spun(spun(3, done('b')));
  expect(text).toContain('changed    changed    7\n');
  text = '';
  shown.spun(spun(4, done('b', [2])));
  expect(text).not.toContain('vs');
});

test('what is broken has its code around it, and the last good result is named', () => {
  const shown = screen();
  shown.spun(spun(3, done('a')));
  text = '';
  shown.broken({ code: 'FLOW_SYNTAX', message: 'Unexpected token', where: `${__filename}:1:5` }, 12);
  expect(text).toContain('FLOW_SYNTAX  Unexpected token\n  > 1 | /** What a person sees of a watch. */\n');
  expect(text).toContain('the last good result is that of spin 3\n');
});

test('a save that changes nothing, a spin that was ended, a library that is read as it was built', () => {
  const shown = screen(['/w/lib/dist/index.js']);
  shown.ready();
  shown.unchanged(['/w/app/movies.flow.ts']);
  shown.stopped(4);
  expect(text).toBe(`! lib/dist/index.js is read as it was built: its edits count when it is built again.
watching train in app/movies.flow.ts
app/movies.flow.ts was saved, and nothing that train sees changed: not spun
spin 4 was ended before it was done
`);
});
