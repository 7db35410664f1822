/** Cards as commands show them: of tasks in real workers, and of spins. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { Workspace } from '../kit/workspace';

const ws = new Workspace().shareProcess();
afterAll(() => ws.dispose());

const shown = (file: string) => readFileSync(ws.path(file), 'utf8');

test('the last that was seen of a task is its card, however it ends; each split of a worker has its own', async () => {
  ws.write(
    'ends.flow.ts',
    `import { execSync } from 'node:child_process';
import { flow } from '@nx-flow/core';
import { progress } from '@nx-flow/core/card';
import { setTimeout as pause } from 'node:timers/promises';
const f = flow('ends');
const start = f.start(() => ({ how: ['dies', 'late', 'well'], more: [0, 1, 2] }));
const each = f.foreach('each', { after: start, over: 'how', timeout: '2s' }, async ({ input, card }) => {
  card.title = \`It \${input}\`;
  const p = card.add(progress());
  // It is seen without that it yields.
  for (const until = Date.now() + (input === 'dies' ? 400 : 0); Date.now() < until; ) p.value++;
  p.value++;
  if (input === 'dies') execSync('kill -9 ' + process.pid);
  p.value = 7;
  if (input === 'late') await pause(60_000);
  return {};
});
const all = f.join('all', { after: each }, () => ({}));
const side = f.foreach('side', { after: start, over: 'more', concurrency: 3 }, async ({ input, card }) => {
  card.title = \`Side \${input}\`;
  await pause(1);
  card.of(\`of-\${input}\`).add('another');
  return {};
});
const sides = f.join('sides', { after: side }, () => ({}));
const both = f.gather('both', { after: { all, sides } }, () => ({}));
export default f.end(both);
`,
  );
  const ran = await ws.nxFlow(['run', 'ends', '--max-workers=2']);
  expect(ran.code).toBe(1);
  const { cards } = (await ws.ok(['card', 'ends', '1', '--list', '--json'])).json;
  const titles = cards.map(({ id, title }: { id: string; title: string | null }) => title ?? id);
  expect(titles.sort()).toEqual(
    ['It dies', 'It late', 'It well', 'Side 0', 'Side 1', 'Side 2', 'of-0', 'of-1', 'of-2'].sort(),
  );
  for (const { title, pathspec } of cards as { title: string; pathspec: string }[]) {
    if (!title?.startsWith('It')) continue;
    const { json } = await ws.ok(['card', pathspec, '--out=one.html', '--json']);
    expect(json.cards).toMatchObject([{ pathspec, id: 'default', title, file: ws.path('one.html') }]);
    // Of the one that died, what it said last.
    expect(shown('one.html')).toMatch(title === 'It dies' ? /class="told">[1-9][\d,]*[ <]/ : />7</);
  }
  expect(statSync(ws.path('one.html')).mode & 0o777).toBe(0o600);
  const several = await ws.nxFlow(['card', 'ends', '1/side']);
  expect(several.code).toBe(2);
  expect(several.stderr).toMatch(
    /FLOW_CARD_NOT_FOUND +Several tasks of ends\/1\/side have a card: (ends\/1\/side\/\d+(, )?){3}\. Name/,
  );
});

test('what is not there is told, and what there is', async () => {
  ws.write(
    'few.flow.ts',
    `import { flow } from '@nx-flow/core';
const f = flow('few');
const start = f.start(({ card }) => { card.add('here'); card.of('b').add('there'); return {}; });
const next = f.step('next', { after: start }, () => ({}));
export default f.end(next);
`,
  );
  await ws.ok(['run', 'few']);
  const refused = async (...args: string[]) => {
    const { code, stderr } = await ws.nxFlow(['card', 'few', ...args]);
    expect(code).toBe(2);
    return stderr.trim();
  };
  expect(await refused('1/next')).toBe(
    'FLOW_CARD_NOT_FOUND  few/1/next has no card. These tasks have one: few/1/start/1.',
  );
  expect(await refused('1/start', '--id=c')).toContain(
    'few/1/start/1 has no card "c". There are: b, default.',
  );
  expect(await refused('1/start', '--attempt=3')).toContain('Attempt 3 of few/1/start/1 has no card.');
  expect(await refused('1/start', '--attempt=-1')).toContain('--attempt takes a whole number from 0');
  expect((await ws.ok(['card', 'few', '1/start', '--attempt=0'])).stdout).toContain(
    '1-start-1-attempt-0-default',
  );
  expect(await refused('--list', '--id=b')).toContain('leave out --id');
  expect(await refused('1/start', '--out=.')).toContain('FLOW_CARD_WRITE');
  const env = { BROWSER: '', DISPLAY: '', WAYLAND_DISPLAY: '' };
  const { stdout } = await ws.ok(['card', 'few', '--open'], { env });
  expect(stdout).toContain('few/1/start/1 default  .flow/cards/few/1-start-1-default.html');
  expect(stdout).toContain('no browser was found');
  await ws.ok(['run', 'few']);
  await ws.ok(['rm', 'few', '1']);
  expect(await refused('1/start')).toContain('FLOW_RUN_REMOVED');
  expect(await ws.ok(['verify'])).toMatchObject({ code: 0 });
});

test('a spin writes them beside its outputs, and what a former one showed is gone', async () => {
  const flow = (shows: string) => `import { flow } from '@nx-flow/core';
const f = flow('spun');
const start = f.start(({ card }) => { ${shows} return { a: 1 }; });
export default f.end(start);
`;
  ws.write('spun.flow.ts', flow("card.add('first'); card.of('b').add('second');"));
  await ws.ok(['run', 'spun']);
  const { json } = await ws.ok(['spin', 'spun', 'start', '--json']);
  const folder = 'dist/flow/spun/spin/start';
  expect(json.cards).toEqual([
    { id: 'default', file: `${folder}/card.html` },
    { id: 'b', file: `${folder}/card-b.html` },
  ]);
  expect(shown(`${folder}/card.html`)).toContain('first');
  expect(Object.keys(JSON.parse(shown(`${folder}/artifacts.json`))).length).toBe(1);
  const again = await ws.ok(['spin', 'spun', 'start']);
  expect(again.stdout).toContain(
    `cards in ${folder}/card.html, ${folder}/card-b.html, the origin's in .flow/cards/spun/1-start-1-default.html`,
  );
  expect(shown('.flow/cards/spun/1-start-1-default.html')).toContain('first');
  ws.write('spun.flow.ts', flow(''));
  expect((await ws.ok(['spin', 'spun', 'start', '--json'])).json.cards).toBeUndefined();
  expect(existsSync(ws.path(`${folder}/card.html`))).toBe(false);
  // Every step, by one option.
  const all = await ws.ok(['spin', 'spun', 'end', '--with=card', '--json']);
  expect(all.json.cards).toEqual([{ id: 'default', file: 'dist/flow/spun/spin/end/card.html' }]);
  // In the targets `spin-<step>`, too.
  await ws.ok(['step', 'spun', 'start']);
  ws.write('spun.flow.ts', flow("card.add('handed over');"));
  await ws.ok(['step', 'spun', 'start']);
  expect(shown('dist/flow/spun/steps/start/card.html')).toContain('handed over');
});

test('splits in several workers have one card together, from the first change to spins, targets, exports and removals', async () => {
  const flow = (word: string) => `import { execSync } from 'node:child_process';
import { flow } from '@nx-flow/core';
import { progress } from '@nx-flow/core/card';
const f = flow('split');
const start = f.start(() => ({ items: [0, 1, 2, 3] }));
const each = f.foreach('each', { after: start, over: 'items' }, ({ input, card, current }) => {
  const shared = card.shared('progress', { totals: true });
  shared.title = 'Splits of ' + current.flow;
  const done = shared.add(progress({ total: 10 }));
  shared.row({ word: '${word}', n: input });
  // It is seen without that it yields.
  if (input === 3 && current.run !== 'spin') {
    for (const until = Date.now() + 400; Date.now() < until; ) done.value = 5;
    execSync('kill -9 ' + process.pid);
  }
  done.value = 10;
  return {};
});
const all = f.join('all', { after: each }, () => ({}));
export default f.end(all);
`;
  ws.write('split.flow.ts', flow('recorded'));
  // The last split kills its worker: what it had said is there.
  const ran = await ws.nxFlow(['run', 'split', '--max-workers=2']);
  expect(ran.code).toBe(1);
  const { cards } = (await ws.ok(['card', 'split', '1', '--list', '--json'])).json;
  expect(cards).toMatchObject([
    { pathspec: 'split/1/each', id: 'progress', title: 'Splits of split', attempt: 0 },
  ]);
  const { stdout } = await ws.ok(['card', 'split', '1/each']);
  expect(stdout).toContain('split/1/each progress  .flow/cards/split/1-each-progress.html');
  const recorded = shown('.flow/cards/split/1-each-progress.html');
  expect(recorded).toContain('35 of 40');
  expect(recorded).toContain('Split 3, failed');
  expect(recorded.match(/<td>recorded/g)).toHaveLength(4);

  ws.write('split.flow.ts', flow('spun'));
  const folder = 'dist/flow/split/spin/each';
  const one = await ws.ok(['spin', 'split', 'each', '--index=1', '--json']);
  expect(one.json.cards).toEqual([{ id: 'progress', file: `${folder}/1/card-progress.html` }]);
  expect(shown(`${folder}/1/card-progress.html`).match(/<td>(recorded|spun)/g)).toEqual([
    '<td>recorded',
    '<td>spun',
    '<td>recorded',
    '<td>recorded',
  ]);
  const many = await ws.ok(['spin', 'split', 'each', '--all', '--json']);
  expect(many.json.cards).toEqual([{ id: 'progress', file: `${folder}/card-progress.html` }]);
  expect(shown(`${folder}/card-progress.html`).match(/<td>spun/g)).toHaveLength(4);
  expect(shown(`${folder}/card-progress.html`)).toContain('40 of 40');
  for (const step of ['start', 'each']) await ws.ok(['step', 'split', step]);
  expect(shown('dist/flow/split/steps/each/card-progress.html').match(/<td>spun/g)).toHaveLength(4);

  await ws.ok(['export', 'split', '1', 'one.nxflow']);
  await ws.ok(['verify']);
  await ws.ok(['import', 'one.nxflow', '--store=other']);
  await ws.ok(['card', 'split', '1/each', '--store=other', '--out=other.html']);
  expect(shown('other.html')).toContain('Split 3, failed');
  await ws.ok(['rm', 'split', '1']);
  expect((await ws.nxFlow(['card', 'split', '1/each'])).stderr).toContain('FLOW_RUN_REMOVED');
  await ws.ok(['verify']);
});
