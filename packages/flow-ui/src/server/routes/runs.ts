/** Runs: their list, one of them, all its tasks. */
import type { Hono } from 'hono';
import type { Here } from '../here';
import { Commands } from '../read/commands';
import { RunCounts } from '../read/counts';
import { listRuns } from '../read/list-runs';
import { runReply } from '../read/run';
import { tasksReply } from '../read/tasks';

export function runRoutes(app: Hono, here: Here): void {
  const [commands, counts] = [new Commands(here), new RunCounts()];
  app.get('/api/runs', async (c) => c.json(await listRuns(here.client(), c.req.query(), counts)));
  app.get('/api/run/:flow/:run', async (c) => {
    const { flow, run } = c.req.param();
    const reply = await runReply(await here.client().run(`${flow}/${run}`), {
      commands,
      counts,
      started: here.started,
    });
    return c.json(here.works.has(reply.pathspec) ? { ...reply, here: true } : reply);
  });
  app.get('/api/run/:flow/:run/tasks', async (c) => {
    const { flow, run } = c.req.param();
    const found = await here.client().run(`${flow}/${run}`);
    return c.json(await tasksReply(found, here.started.of(found)));
  });
}
