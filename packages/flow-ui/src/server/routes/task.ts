/** One task. */
import { isFlowError, type Task } from '@nx-flow/core/ui';
import type { Hono } from 'hono';
import type { Here } from '../here';
import type { StartedTask } from '../live/started';
import { Commands } from '../read/commands';
import { readLog } from '../read/log';
import { startedReply } from '../read/started-task';
import { taskReply } from '../read/task';

export function taskRoutes(app: Hono, here: Here): void {
  const commands = new Commands(here);
  app.get('/api/task/:flow/:run/:step/:task', async (c) => {
    const { flow, run, step, task } = c.req.param();
    const found = await taskOrStarted(here, `${flow}/${run}/${step}/${task}`);
    const of = await here.client().run(`${flow}/${run}`);
    return c.json(
      'at' in found ? startedReply(of, found, here.cards) : await taskReply(here, commands, of, found),
    );
  });
  app.get('/api/log/:flow/:run/:step/:task', async (c) => {
    const { flow, run, step, task } = c.req.param();
    const found = await taskOrStarted(here, `${flow}/${run}/${step}/${task}`);
    return c.json(
      'at' in found ? { pieces: [], next: 0, ended: false } : await readLog(found, c.req.query()),
    );
  });
}

/** One that has begun, where the store does not have it yet. @throws FlowError FLOW_TASK_NOT_FOUND and its like */
async function taskOrStarted(
  { client, started }: Here,
  pathspec: string,
): Promise<Task<unknown> | StartedTask> {
  try {
    return await client().task(pathspec);
  } catch (error) {
    const begun = started.find(pathspec);
    if (begun && isFlowError(error) && error.code === 'FLOW_TASK_NOT_FOUND') return begun;
    throw error;
  }
}
