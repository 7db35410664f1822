/** A session of a flow in this process: its workers are this process, too. */
import { join } from 'node:path';
import { requireGraph } from '../../src/definition/flow';
import { InProcessPool } from '../../src/engine/pool/in-process-pool';
import type { Pool, PoolHost } from '../../src/engine/pool/pool';
import type { ProcessPool } from '../../src/engine/pool/process-pool';
import type { FlowEvent } from '../../src/engine/task/flow-event';
import type { FileSession } from '../../src/session/session';
import { FileCas } from '../../src/store/cas/cas';
import type { MemoryEngine } from './memory';

/** @param workspace a folder for outputs */
export function sessionHere(engine: MemoryEngine, defined: unknown, workspace: string) {
  const graph = requireGraph(defined);
  const events: FlowEvent[] = [];
  const session: FileSession = {
    ...{ graph, workspace, store: engine.store, user: 'tester', with: [] },
    file: join(workspace, 'here.flow.ts'),
    place: { flow: graph.flow, cwd: workspace, workspace, store: join(workspace, '.flow'), found: {} },
    emit: (event) => void events.push(event),
    async workers(_max, persistedCas, cas) {
      const [kept, read] = [persistedCas, cas].map((folder) => folder && new FileCas(folder));
      let pool: Pool | undefined;
      return {
        attach(host: PoolHost) {
          pool = new InProcessPool(graph, read || engine.store.cas, host, undefined, kept || undefined);
          return pool;
        },
        close: async () => pool?.close(),
      } as unknown as ProcessPool;
    },
    close: async () => {},
  };
  return { session, events };
}
