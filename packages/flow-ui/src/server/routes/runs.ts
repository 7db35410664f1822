/** Runs: their list, one of them, all its tasks. */
import type { Hono } from 'hono';
import type { Here } from '../here';
import { Commands } from '../read/commands';
import { listRuns } from '../read/list-runs';
import { runReply } from '../read/run';
import { tasksReply } from '../read/tasks';

export function runRoutes(app: Hono, here: Here): void {
  const commands = new Commands(here);
  app.get('/api/runs', async (c) => c.json(await listRuns(here.client(), c.req.query())));
  app.get('/api/run/:flow/:run', async (c) => {
    const { flow, run } = c.req.param();
    const reply = await runReply(await here.client().run(`${flow}/${run}`), commands);
    return c.json(here.works.has(reply.pathspec) ? { ...reply, here: true } : reply);
  });
  app.get('/api/run/:flow/:run/tasks', async (c) => {
    const { flow, run } = c.req.param();
    return c.json(await tasksReply(await here.client().run(`${flow}/${run}`)));
  });
}
