import { InProcessPool } from '../../../src/engine/pool/in-process-pool';
import { poolContract } from '../../../src/engine/pool/pool-contract';
import { ProcessPool } from '../../../src/engine/pool/process-pool';
import { ShuffledPool } from '../../conformance/shuffled-pool';

poolContract(
  'InProcessPool',
  ({ graph, cas, host }) => ({ pool: new InProcessPool(graph, cas, host), width: 1 }),
  { processes: false, timeouts: false },
  { describe, test },
);

poolContract(
  'ShuffledPool',
  ({ graph, cas, host }) => ({ pool: new ShuffledPool(graph, cas, host, 1), width: ShuffledPool.WIDTH }),
  { processes: false, timeouts: false },
  { describe, test },
);

poolContract(
  'ProcessPool',
  ({ file, graph, host, folder, max }) => ({
    pool: new ProcessPool({ file, flow: graph.flow, cas: folder, max }).attach(host),
    width: max,
  }),
  { processes: true, timeouts: true },
  { describe, test },
);
