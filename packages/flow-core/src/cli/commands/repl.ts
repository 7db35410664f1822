/** nx-flow repl: a prompt in the place of a step's body. */
import { basename } from 'node:path';
import { FlowError } from '../../definition/errors';
import type { Graph } from '../../definition/graph';
import { openRepl } from '../../session/repl';
import { openSession } from '../../session/session';
import { prepareSpin } from '../../session/spin';
import { importModule } from '../../source/load';
import { noMoreThan, placeOf } from '../arguments';
import type { Command } from '../command';
import { overridesOf } from '../overrides';
import { givenParams } from '../params';
import { eventLine } from '../render/event-line';
import type { Output } from '../render/output';
import { headText } from '../render/spin';
import { wrapped } from '../render/wrap';
import type { PromptOptions } from '../repl';
import { selectionOf } from '../selection';
import { spec } from '../specs/repl';

/** What a look begins with. */
const FIRST = ['self', 'inputs', 'input', 'index', 'iteration', 'stack', 'params', 'current'];

export const command: Command = {
  spec,

  async execute(context) {
    noMoreThan(context, 2);
    const { output, options } = context;
    if (output.json) {
      throw new FlowError(
        'FLOW_USAGE',
        'A prompt is for people: nx-flow spin --json gives what a step returns.',
      );
    }
    const session = await openSession(placeOf(context), {
      emit: (event) => output.write(eventLine(event, output)),
      hide: output.hide,
      signal: context.signal,
    });
    try {
      const selection = selectionOf(context, session.graph);
      await prepareSpin(session, selection, options.namespace as string | undefined);
      const { overrides, set } = await overridesOf(context);
      if (overrides !== undefined || Object.keys(set).length > 0) selection.ignoreSwitch = true;
      const { exported } = await importModule(session.file);
      await openRepl(session, {
        ...{ selection, params: givenParams(context), set, emit: session.emit },
        ...(overrides ? { overrides } : {}),
        async prompt(seen, started) {
          const { default: _, __esModule, ...exports } = Object.getOwnPropertyDescriptors(exported);
          const { card, ...names } = Object.getOwnPropertyDescriptors(seen) as PropertyDescriptorMap;
          output.write(headText(started, output, 'repl'));
          const { isNodes, prompt } = await import('../repl');
          // What Node or the step calls so is what the name gives.
          const shown = Object.keys(exports).filter((name) => !(name in names) && !isNodes(name));
          output.write(hint(Object.keys(names), [session.file, shown], output));
          await prompt({
            name: `${started.flow}/${started.step}`,
            seen: { ...exports, ...names },
            color: output.colors.bold('x') !== 'x',
            // What is typed for a step with secrets may hold one.
            keep: session.graph.steps.get(started.step)?.options.secrets === undefined,
            ...(await masking(session.graph)),
          });
        },
      });
      return 0;
    } finally {
      await session.close();
    }
  },
};

/** What hides the secrets of a flow that has some. */
async function masking(graph: Graph): Promise<Pick<PromptOptions, 'mask'>> {
  if (!graph.secrets) return {};
  const [{ maskedOutput }, { secretsOf }] = await Promise.all([
    import('../../engine/secrets/output'),
    import('../../engine/secrets/secrets'),
  ]);
  return { mask: (log) => maskedOutput(secretsOf(graph), log) };
}

/** What can be named, and how to leave. */
function hint(names: string[], [file, exported]: [string, string[]], output: Output): string {
  const seen = [
    ...FIRST.filter((name) => names.includes(name)),
    ...names.filter((name) => !FIRST.includes(name)),
  ];
  const exports = exported.length === 0 ? '' : `; from ${basename(file)} ${exported.join(', ')}`;
  return `${output.colors.dim(wrapped(`${seen.join(', ')}${exports}. Nothing is stored; .exit leaves.`, output))}\n`;
}
