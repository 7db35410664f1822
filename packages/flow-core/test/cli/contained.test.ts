/**
 * Steps that misbehave in their process: each fails or not, as it would by itself; the next task finds what the first one
 * found; a run and a spin agree. Sequences of them are drawn in `conformance/hostile.test.ts`.
 */
import { hostileFlow, MISBEHAVIOURS, type Misbehaviour } from '../conformance/misbehaviours';
import { Workspace } from '../kit/workspace';

const ws = new Workspace().shareProcess();
ws.write('odd.flow.ts', hostileFlow('odd', ", catch: 'why'"));
afterAll(() => ws.dispose());

const NAMES = Object.keys(MISBEHAVIOURS);
const told = ({ fails }: Misbehaviour) => (fails ? expect.stringMatching(fails) : 'done');

test('the next task of the same worker finds what the first one found, whatever was done before it', async () => {
  const ran = await ws.ok(['run', 'odd', '--max-workers=1', `--params.names=${NAMES}`, '--json']);
  expect(ran.json.status).toBe('done');
  const { artifacts } = (await ws.ok(['dump', 'odd/1/all', '--json'])).json;
  for (const [i, name] of NAMES.entries()) {
    expect([name, artifacts.told[2 * i]]).toEqual([name, told(MISBEHAVIOURS[name] as Misbehaviour)]);
    expect([`after ${name}`, artifacts.told[2 * i + 1]]).toEqual([`after ${name}`, artifacts.before]);
  }
});

test('a spin of each ends as its task did in the run, in a process that goes on', async () => {
  for (const [i, name] of NAMES.entries()) {
    const { fails, spinFails = fails, harsh } = MISBEHAVIOURS[name] as Misbehaviour;
    if (harsh) continue;
    const { code, json } = await ws.nxFlow(['spin', 'odd', 'each', `--index=${2 * i}`, '--json']);
    const message = spinFails ? expect.stringMatching(spinFails) : undefined;
    expect([name, code, json?.error?.message]).toEqual([name, spinFails ? 1 : 0, message]);
  }
});
