/** What a person sees of a watch. */
import { makeOutput } from '../../../src/cli/render/output';
import { watchScreen } from '../../../src/cli/watch/screen';
import type { SpinDone } from '../../../src/engine/task/flow-event';

let text: string;
const write = (more: string) => {
  text += more;
};
function screen(built: string[] = [], live = false, through?: string) {
  text = '';
  const output = { ...makeOutput(true, false), live, columns: 80, write, raw: write, recorded: write };
  const place = { flow: 'movies', cwd: '/w', workspace: '/w', store: '/w/.flow', found: {} };
  return watchScreen(output, {
    ...{ step: () => 'train', place, file: '/w/app/movies.flow.ts', through },
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
  expect(text).toContain(
    'the watch waits for a save that mends it; the last good result is that of spin 3\n',
  );
});

test('a spin that was refused has no number: the next one has it', () => {
  const shown = screen();
  shown.begins(1, []);
  shown.broken(
    { code: 'FLOW_NO_INPUTS', message: 'run it first', text: 'FLOW_NO_INPUTS  run it first\n' },
    1,
  );
  expect(text).toBe('\nFLOW_NO_INPUTS  run it first\nthe watch waits for a run, or a save that mends it\n');
  text = '';
  shown.begins(1, ['it changed']);
  shown.broken({ code: 'FLOW_X', message: 'no', text: 'FLOW_X  no\n' }, 1);
  expect(text).toContain('\n──  it changed\n');
  text = '';
  shown.begins(1, []);
  shown.spun(spun(1, done('a')));
  expect(text).toContain('\n── 1 ──\n');
});

test('what is typed after a key stays in sight, whatever is printed meanwhile', () => {
  const shown = screen([], true);
  const last = () => text.slice(text.lastIndexOf('\x1b[2K') + 4);
  shown.begins(1, []);
  shown.spun(spun(1, done('a')));
  shown.ask('step: ');
  expect(last()).toBe('step: ');
  shown.begins(2, ['it changed']);
  shown.event({
    type: 'task-log',
    task: { flow: 'movies', step: 'train', index: [] },
    stream: 'stdout',
    text: 'a\n',
  });
  expect(text.endsWith('a\nstep: ')).toBe(true);
  shown.spun(spun(2, done('b')));
  shown.newer(13);
  expect(text.endsWith('after the save\nstep: ')).toBe(true);
  shown.ask(undefined);
  expect(last()).toContain('run 13 is newer: r takes it   watching train');
  shown.close();
});

test('where it was persisted, and what files a test is', () => {
  const shown = screen();
  const frozen = { ...end, text: '\nFrozen  Size\na.test.ts  1 kB\n' };
  shown.spun({ ...spun(1, { ...done('a'), persisted: 'movies/2/train/1' }), end: frozen });
  expect(text).toContain('persisted as movies/2/train/1: nx-flow dump --spin movies 2\n\nFrozen  Size\n');
});

test('what a key has chosen, and was refused, is said in one sentence', () => {
  const shown = screen();
  shown.begins(4, []);
  shown.tookBack('There is no step "bogus".');
  expect(text).toBe('! There is no step "bogus".\n');
});

test('what differs, beside the run and beside the spin before', () => {
  const shown = screen();
  const difference = {
    ...{ changed: 1, added: 0, removed: 0, complete: true },
    differences: [{ kind: 'changed' as const, path: '', before: '2', after: '366' }],
  };
  const artifacts = done('a').artifacts.map((one) => ({ ...one, difference }));
  const same = done('a').artifacts.map((one) => ({ ...one, change: 'same' as const }));
  shown.showDifferences(3, [
    { spin: { ...done('a'), artifacts }, beside: { run: 12 } },
    { spin: { ...done('a'), artifacts: same }, beside: { spin: 2 } },
  ]);
  expect(text).toBe(`
── spin 3 vs run 12  changed: model
model  1 value changed
  ~ model  2 → 366

── spin 3 vs spin 2  same
`);
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

test('a chain beside the spin before, and how long after the save', () => {
  const shown = screen([], false, 'test');
  const chain = (n: number, digest: string) => {
    const steps = [{ step: 'train', spins: [done(digest)] }];
    const about = { flow: 'movies', step: 'train', through: 'test', run: 12 };
    shown.event({ type: 'through-started', ...about, count: 1, workers: 1, passedOver: [], notApplied: [] });
    const through = {
      type: 'through-done' as const,
      ...about,
      status: 'done' as const,
      durationMs: 3,
      steps,
      cases: [],
    };
    text = '';
    shown.event(through);
    shown.spun({ n, latencyMs: 38, changed: ['it changed'], through, end });
  };
  chain(1, 'a');
  expect(text).toContain('done 1 task in 3.0 ms, outputs in dist/flow/movies/spin/<step>/from-12\n');
  chain(2, 'a');
  expect(text).toBe(`
Step   Tasks  Status  vs run 12       vs spin 1    Time  In run 12
train         done    changed: model  same       2.0 ms     3.0 ms

done 1 task in 3.0 ms, 38 ms after the save
`);
});
