/** One task. */
import type { Hono } from 'hono';
import type { Here } from '../here';
import { Commands } from '../read/commands';
import { taskReply } from '../read/task';

export function taskRoutes(app: Hono, here: Here): void {
  const commands = new Commands(here);
  app.get('/api/task/:flow/:run/:step/:task', async (c) => {
    const { flow, run, step, task } = c.req.param();
    const client = here.client();
    const found = await client.task(`${flow}/${run}/${step}/${task}`);
    return c.json(await taskReply(here, commands, await client.run(`${flow}/${run}`), found));
  });
}
