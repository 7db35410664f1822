/** What a flow's file says: its form, and the inputs of its steps. */
import { relative } from 'node:path';
import type { Hono } from 'hono';
import type { FlowReply, SpinChoice } from '../../api/routes';
import { requireFile } from '../flows/files';
import type { Here } from '../here';
import { graphEntry } from '../read/graph';
import { fromOf } from '../read/text';
import { notUnderstood } from '../replies';

export function flowRoutes(app: Hono, here: Here): void {
  app.get('/api/flow/:flow', async (c) => {
    const name = c.req.param('flow');
    const file = relative(here.workspace, await requireFile(here, name));
    const { nodes, params } = await here.questions.ask(name, { ask: 'flow' }, c.req.raw.signal);
    const steps = nodes.map(({ name: step, kind }) => ({ name: step, kind, spin: !here.isSpinStore }));
    const reply: FlowReply = { name, file, steps, graph: graphEntry(nodes), params };
    return c.json(reply);
  });
  app.get('/api/inputs', async (c) => {
    const query = c.req.query();
    const choice = choiceOf(query);
    const reply = await here.inputs.find(choice, { from: fromOf(query.from), signal: c.req.raw.signal });
    // Whoever looks at the inputs of a step is about to spin it.
    here.spins.prepare(choice.flow);
    return c.json(reply);
  });
}

/** @throws FlowError FLOW_UI_REQUEST */
export function choiceOf({ flow, step, run, task, index }: Record<string, unknown>): SpinChoice {
  if (typeof flow !== 'string' || typeof step !== 'string' || flow === '' || step === '')
    throw notUnderstood('Which step? Give flow and step.');
  const [runNumber, taskNumber] = [numberOf('run', run), numberOf('task', task)];
  const splits = indexOf(index);
  return {
    ...{ flow, step },
    ...(runNumber === undefined ? {} : { run: runNumber }),
    ...(taskNumber === undefined ? {} : { task: taskNumber }),
    ...(splits.length > 0 ? { index: splits } : {}),
  };
}

function numberOf(what: string, value: unknown): number | undefined {
  if (value === undefined || value === '') return undefined;
  const number = Number(value);
  if (Number.isSafeInteger(number) && number > 0) return number;
  throw notUnderstood(`A ${what} is a whole number above 0, not "${value}".`);
}

/** `2`, `2,0` or `2.0`, or a list. */
function indexOf(value: unknown): number[] {
  if (value === undefined || value === '') return [];
  const parts = Array.isArray(value) ? value : String(value).split(/[,.]/);
  const numbers = parts.map(Number);
  if (numbers.every((one) => Number.isSafeInteger(one) && one >= 0)) return numbers;
  throw notUnderstood(`A split is numbers from 0, outermost foreach first, as in 2 or 2,0, not "${value}".`);
}
