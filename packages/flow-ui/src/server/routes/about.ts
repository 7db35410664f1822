/** What the page is of. */
import { basename, relative } from 'node:path';
import { currentUser, indexFlows, ownNamespace, packageVersion } from '@nx-flow/core/ui';
import type { Hono } from 'hono';
import type { About, FlowEntry } from '../../api/routes';
import type { Here } from '../here';

export function aboutRoutes(app: Hono, here: Here): void {
  app.get('/api/about', async (c) => {
    const { workspace, reader, namespace, at } = here;
    const about: About = {
      version: 1,
      core: packageVersion(),
      workspace: basename(workspace),
      store: reader.folder,
      user: currentUser(),
      namespace: namespace ?? ownNamespace(),
      flows: await flowsOf(here),
      ...(at === undefined ? {} : { at }),
    };
    return c.json(about);
  });
}

async function flowsOf(here: Here): Promise<FlowEntry[]> {
  const flows = new Map<string, FlowEntry>();
  for (const { name, file } of await indexFlows(here.workspace))
    flows.set(name, {
      name,
      ...(here.isSpinStore ? {} : { file: relative(here.workspace, file) }),
      runs: false,
    });
  for await (const { name } of here.client().flows())
    flows.set(name, { ...(flows.get(name) ?? { name }), runs: true });
  return [...flows.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}
