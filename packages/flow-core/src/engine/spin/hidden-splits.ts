/** What a spin of all splits hides of the secrets of its flow, and refuses. */
import type { Graph } from '../../definition/graph';
import type { Cas } from '../../store/cas/cas';
import { Artifacts } from '../../store/values/artifacts';
import { maskedHost } from '../pool/masked-host';
import type { PoolHost } from '../pool/pool';
import { maskedEvents } from '../secrets/output';
import { secretsFor } from '../secrets/secrets';
import type { Emit } from '../task/flow-event';
import type { SplitInputs } from './all-options';

/** @throws FlowError FLOW_SECRET, FLOW_SECRET_ARTIFACT for a parameter */
export function hidingSplits(graph: Graph, steps: ReadonlySet<string>, params: Record<string, unknown>) {
  const secrets = secretsFor(graph, new Set(steps));
  secrets.refuseParams(params);
  return {
    events: (emit: Emit) => maskedEvents(secrets, emit),
    maskIn: secrets.maskIn,
    host: (host: PoolHost) => maskedHost(host, secrets),
    /** What was given by hand in the place of inputs must not hold a secret. */
    inputs(inputs: SplitInputs, cas: Cas): SplitInputs {
      const artifacts = new Artifacts(cas, graph.codecs);
      return {
        before: (split) => inputs.before(split),
        hints: (...asked) => inputs.hints(...asked),
        async views(split, labels) {
          const views = await inputs.views(split, labels);
          secrets.refuseGiven(views, artifacts);
          return views;
        },
      };
    },
  };
}
