/** The routes, behind their guards. */
import { isFlowError } from '@nx-flow/core/ui';
import { Hono } from 'hono';
import type { Here } from './here';
import { pageFile } from './page-files';
import { notUnderstood, refusal } from './replies';
import { aboutRoutes } from './routes/about';
import { changeRoutes } from './routes/changes';
import { eventRoutes } from './routes/events';
import { flowRoutes } from './routes/flows';
import { frameRoutes } from './routes/frames';
import { runRoutes } from './routes/runs';
import { spinRoutes } from './routes/spins';
import { taskRoutes } from './routes/task';
import { guardAll, guardApi } from './security/guard';

const ROUTES = [
  aboutRoutes,
  runRoutes,
  taskRoutes,
  changeRoutes,
  frameRoutes,
  flowRoutes,
  spinRoutes,
  eventRoutes,
];

export function pageApp(here: Here): Hono {
  const app = new Hono();
  app.use('*', guardAll(here));
  app.use('/api/*', guardApi(here));
  app.use('/api/*', async (c, next) => {
    await next();
    c.res.headers.set('Cache-Control', 'no-store');
  });
  for (const routes of ROUTES) routes(app, here);
  app.all('/api/*', () => refusal(notUnderstood('There is nothing of this name to ask for.'), 404));
  app.get('*', (c) => pageFile(c.req.path));
  app.notFound(() => refusal(notUnderstood('Nothing of this name is here.'), 404));
  app.onError((error) => {
    here.reader.failed(error);
    if (!isFlowError(error)) here.note(String(error.stack ?? error));
    return refusal(error);
  });
  return app;
}
