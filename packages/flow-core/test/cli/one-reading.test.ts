/** A step's values are read once, at one moment: record, files, verdicts and splits agree, in a run and in a spin. */
import { Workspace } from '../kit/workspace';

const ws = new Workspace().shareProcess();
afterAll(() => ws.dispose());

test('what is recorded, shown, written and decided is one reading of what the step returned', async () => {
  ws.write(
    'moods.flow.ts',
    `import { flow, oneOf } from '@nx-flow/core';
const f = flow('moods');
/** Once the engine has begun to read what the step returned. */
const soon = (work: () => void, turns = 9): void => queueMicrotask(() => (turns > 0 ? soon(work, turns - 1) : work()));
const restless = () => {
  let n = 0;
  const returned = {
    get item() { return { get id() { return ++n; } }; },
    bytes: Buffer.alloc(40_000, 1),
    rows: [{ id: 1 }, { id: 2 }],
    list: [{ get id() { return ++n; } }, { get id() { return ++n; } }],
    shown: Object.defineProperty({ a: 1 }, 'toJSON', { value: () => ({ b: 2 }) }),
  };
  soon(() => { returned.bytes.fill(2); returned.rows.push({ id: 3 }); returned.rows[0] = { id: 9 }; });
  return returned;
};
export const start = f.start(restless);
export const each = f.foreach('each', { after: start, over: 'list' }, ({ input }) => ({ got: input.id }));
export const all = f.join('all', { after: each }, ({ inputs }) => ({ got: inputs.map(({ got }) => got) }));
export const turn = f.switch('turn', { after: all, on: 'way', cases: ['left', 'right'] }, () => {
  let n = 0;
  return { get way() { return n++ ? ('right' as const) : ('left' as const); } };
});
export const left = f.step('left', { after: turn.when('left') }, ({ self }) => ({ went: self.way }));
export const right = f.step('right', { after: turn.when('right') }, ({ self }) => ({ went: self.way }));
export default f.end(f.step('last', { after: oneOf(left, right) }, ({ self }) => ({ end: self.went })));
`,
  );
  expect((await ws.nxFlow(['run', 'moods', '--json'])).stdout).toContain('"status":"done"');
  const dump = async (step: string) => (await ws.ok(['dump', `moods/1/${step}`, '--json'])).json.artifacts;
  const start = await dump('start');
  expect(start.list).toEqual([{ id: 2 }, { id: 3 }]);
  expect(start).toMatchObject({ item: { id: 1 }, rows: [{ id: 1 }, { id: 2 }], shown: { a: 1 } });
  expect(await dump('all')).toMatchObject({ got: [2, 3] });
  expect(await dump('left')).toMatchObject({ way: 'left', went: 'left' });
  const spun = (await ws.ok(['spin', 'moods', 'start', '--json'])).json;
  expect(spun.artifacts).toMatchObject({
    item: { change: 'same', preview: '{ id: 1 }' },
    bytes: { change: 'same' },
    rows: { change: 'same', preview: '[ { id: 1 }, { id: 2 } ]' },
    list: { change: 'same', preview: '[ { id: 2 }, { id: 3 } ]' },
    shown: { change: 'same', preview: '{ a: 1 }' },
  });
  const file = (name: string) => JSON.parse(ws.read(`dist/flow/moods/spin/start/artifacts/${name}.json`));
  expect([file('item'), file('rows'), file('list')]).toEqual([
    { id: 1 },
    [{ id: 1 }, { id: 2 }],
    [{ id: 2 }, { id: 3 }],
  ]);
  expect(ws.read('dist/flow/moods/spin/start/artifacts/bytes.bin')).toBe('\u0001'.repeat(40_000));
});
