/** nx-flow resume: a new run that takes over what an earlier one finished, and executes the rest. */
import { FlowError } from '../../definition/errors';
import type { Graph } from '../../definition/graph';
import { parseParams } from '../../definition/params';
import { recordedParams } from '../../engine/recorded';
import { Takeover } from '../../engine/takeover';
import { decodeArtifact, encodeValue } from '../../store/artifacts';
import type { RunRow } from '../../store/rows';
import type { Store } from '../../store/store';
import type { Command } from '..';
import { type Context, namespaceOf, noMoreThan } from '../context';
import { executeRun, type Prepared, RUN_OPTIONS, requireKnownStep } from '../execute-run';
import { statusOf } from '../render/status';
import { runOf } from '../target';

export const command: Command = {
  spec: {
    name: 'resume',
    help: 'Run a flow again, taking over what an earlier run finished; the rest is executed',
    positionals: ['<flow>', '[step]'],
    options: {
      origin: { type: 'number', value: 'run', help: 'The run to take over from; default the latest' },
      ...RUN_OPTIONS,
    },
    families: ['params'],
    examples: ['nx-flow resume movies', 'nx-flow resume movies byGenre --origin=12'],
  },

  async execute(context) {
    noMoreThan(context, 2);
    return executeRun(
      context,
      (graph, store) => prepare(context, graph, store),
      ({ takeover }, { emit }) => {
        for (const [step, params] of takeover?.affected ?? []) {
          const read = params.join(' and ');
          emit({ type: 'notice', message: `${step} was executed again: it reads ${read}, which changed` });
        }
      },
    );
  },
};

async function prepare(context: Context, graph: Graph, store: Store): Promise<Prepared> {
  const step = context.positionals[1];
  if (step !== undefined) requireKnownStep(graph, step);
  const number = context.options.origin as number | undefined;
  const spec = number === undefined ? {} : { run: number };
  const origin = await runOf(store, graph.flow, spec, namespaceOf(context));
  requireResumable(origin, step, Object.keys(context.params).length > 0);
  const recorded = await recordedParams(store, graph.flow, origin.run, Object.keys(graph.params));
  const values = Object.fromEntries(
    recorded.map(([name, record]) => [name, decodeArtifact(record, store.cas)]),
  );
  const { parsed } = parseParams(graph, context.params, values);
  const digests = new Map(recorded.map(([name, { digest }]) => [name, digest]));
  const changed = Object.keys(parsed).filter(
    (name) => encodeValue(name, parsed[name]).digest() !== digests.get(name),
  );
  return {
    params: { given: { ...origin.given, ...context.params }, parsed },
    takeover: await Takeover.of({
      store,
      origin,
      changed: new Set(changed),
      ...(step === undefined ? {} : { from: step }),
    }),
  };
}

/** @throws FlowError FLOW_RUN_GOES_ON, FLOW_NOTHING_TO_RESUME */
function requireResumable(origin: RunRow, step: string | undefined, changes: boolean): void {
  const pathspec = `${origin.flow}/${origin.run}`;
  if (statusOf(origin) === 'running') {
    throw new FlowError(
      'FLOW_RUN_GOES_ON',
      `${pathspec} still runs: wait for its end, or give another by --origin=<run>.`,
    );
  }
  if (origin.status === 'done' && step === undefined && !changes) {
    throw new FlowError(
      'FLOW_NOTHING_TO_RESUME',
      `${pathspec} is done, so there is nothing to resume: name the step to execute again, or change a parameter.`,
    );
  }
}
