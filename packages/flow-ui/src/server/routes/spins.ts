/** Spins of the moment, and runs that are started here. */
import { isFlowError } from '@nx-flow/core/ui';
import type { Hono } from 'hono';
import type { SpinReply, SpinRequest, WorkReply, WorkRequest } from '../../api/routes';
import type { Here } from '../here';
import { fromOf } from '../read/text';
import { notUnderstood } from '../replies';
import { bodyOf, listOf, textsOf } from './body';
import { choiceOf } from './flows';

export function spinRoutes(app: Hono, here: Here): void {
  app.get('/api/spins', (c) => c.json(here.spins.list()));
  app.post('/api/spins', async (c) => {
    requireRunStore(here);
    const body = await bodyOf<Record<string, unknown>>(c);
    const [set, params] = [textsOf('Inputs', body.set), textsOf('Parameters', body.params)];
    const request: SpinRequest = { ...choiceOf(body), set, params };
    const reply: SpinReply = { n: await here.spins.start(request) };
    return c.json(reply);
  });
  app.get('/api/spins/:n', async (c) => c.json(await here.spins.detail(Number(c.req.param('n')))));
  app.get('/api/spins/:n/log', (c) =>
    c.json(here.spins.log(Number(c.req.param('n')), fromOf(c.req.query('from')))),
  );
  app.delete('/api/spins/:n', async (c) => {
    await here.spins.stop(Number(c.req.param('n')));
    return c.json({});
  });
  app.post('/api/work', async (c) => {
    requireRunStore(here);
    const { run, resume } = await bodyOf<{ [K in 'run' | 'resume']?: Record<string, unknown> }>(c);
    const [of] = [run ?? resume];
    if (typeof of !== 'object' || of === null)
      throw notUnderstood('A run is started by { "run": … }, or resumed by { "resume": … }.');
    const params = textsOf('Parameters', of.params);
    const request: WorkRequest = run
      ? { run: { flow: String(run.flow), params, tags: listOf('Tags', run.tags) } }
      : {
          resume: {
            run: String(resume?.run),
            params,
            ...(resume?.step === undefined ? {} : { step: String(resume.step) }),
          },
        };
    const reply: WorkReply = { run: await here.works.start(request, c.req.raw.signal) };
    await recorded(here, reply.run);
    return c.json(reply);
  });
  app.delete('/api/work/:flow/:run', (c) => {
    const { flow, run } = c.req.param();
    here.works.stop(`${flow}/${run}`);
    return c.json({});
  });
}

/** Resolves when the store has the run, so that who is told of it finds it; after two seconds in any case. */
async function recorded({ client }: Here, run: string): Promise<void> {
  for (let looks = 0; looks < 100; looks++) {
    try {
      await client().run(run);
      return;
    } catch (error) {
      if (!isFlowError(error) || error.code !== 'FLOW_RUN_NOT_FOUND') return;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function requireRunStore({ isSpinStore }: Here): void {
  if (isSpinStore)
    throw notUnderstood('The page shows kept spins: nothing is executed on these. Open it without --spin.');
}
