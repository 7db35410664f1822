import { join } from 'node:path';
import { flow } from '../../src';
import { requireGraph } from '../../src/definition/flow';
import type { FlowEvent, SpinDone } from '../../src/engine/task/flow-event';
import { differencesOfSpin } from '../../src/session/differences';
import { spinStep } from '../../src/session/spin';
import { MemoryEngine } from '../kit/memory';
import { Workspace } from '../kit/workspace';

const ws = new Workspace();
afterAll(() => ws.dispose());

test('a spin that has ended is compared by its outputs, when somebody asks', async () => {
  const declare = (edit: number) => {
    const f = flow('later');
    const start = f.start(() => ({
      rows: [{ id: 1, n: edit }],
      map: new Map([['k', edit]]),
      text: `a\n${edit}`,
      same: 1,
    }));
    return f.end(start);
  };
  const e = new MemoryEngine();
  await e.run(declare(0));
  const spun = async (edit: number) => {
    const events: FlowEvent[] = [];
    const session = {
      ...{
        graph: requireGraph(declare(edit)),
        store: e.store,
        workspace: ws.folder,
        user: 'tester',
        with: [],
      },
      emit: (event: FlowEvent) => void events.push(event),
    };
    const selection = { step: 'start', namespace: 'user:tester' };
    return (await spinStep(session, { selection, params: {}, outputs: { result: () => ({}) } })).done;
  };
  const place = { store: e.store, workspace: ws.folder };
  const first: SpinDone = await spun(1);
  const all = await differencesOfSpin(first, place);
  expect([...all.keys()]).toEqual(['rows', 'map', 'text']);
  expect(all.get('rows')).toMatchObject({
    changed: 1,
    differences: [{ key: 'id' }, { path: '[id=1].n', delta: 1 }],
  });
  expect([...(await differencesOfSpin(first, place, 'map')).keys()]).toEqual(['map']);
  expect(first.outputs).toBe(join('dist', 'flow', 'later', 'spin', 'start'));
  // The next spin has replaced them.
  await spun(2);
  expect((await differencesOfSpin(first, place)).size).toBe(0);
});
