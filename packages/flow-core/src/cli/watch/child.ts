/** The program of a watch's spare process: it loads what a spin needs, waits for the word, and executes one. */
import { FlowError, isFlowError } from '../../definition/errors';
import type { Graph } from '../../definition/graph';
import { messageOf } from '../../definition/thrown';
import { channelToParent } from '../../process/channel';
import { exitNow } from '../../process/ending';
import { placeOf } from '../../session/place';
import type { FromSpare, SpareGo, SpareSetup } from '../../session/watch/protocol';
import { openStore } from '../../store/open';
import type { Store } from '../../store/store';
import { parseCommandLine } from '../args';
import { splitFlow } from '../arguments';
import type { Context } from '../command';
import { executeSpin } from '../commands/spin';
import { makeOutput, type Output, outputWritten } from '../render/output';
import { spec } from '../specs/spin';

/** @param executed called when the process has executed its spin */
export function main(executed: () => void): void {
  const setup = JSON.parse(process.argv[2] as string) as SpareSetup;
  const channel = channelToParent<SpareGo, FromSpare>({
    message: (message) => void spin(message),
    // The watch has ended.
    closed: () => exitNow(1),
  });
  const prepared = prepare(setup);
  prepared.then(() => channel.send({ type: 'ready' }));

  async function spin({ columns }: SpareGo): Promise<void> {
    const { store } = await prepared;
    const text: string[] = [];
    const output = collected(text, columns);
    const context = contextOf(setup, output);
    try {
      const { positionals, options } = context;
      const place = placeOf(positionals[0] as string, setup.cwd, {
        store: options.store as string | undefined,
        workspace: setup.workspace,
      });
      const code = await executeSpin(context, place, {
        emit: (event) => channel.send({ type: 'event', event }),
        ...(store ? { store } : {}),
      });
      channel.send({ type: 'ended', code });
    } catch (thrown) {
      const { renderFailure } = await import('../render/failure');
      const code = renderFailure(thrown, output, setup.cwd);
      const error = isFlowError(thrown) ? thrown : new FlowError('FLOW_INTERNAL', messageOf(thrown));
      channel.send({
        ...{ type: 'refused', code, text: text.join('') },
        error: { code: error.code, message: error.message },
      });
    }
    executed();
    await outputWritten();
    exitNow(0);
  }
}

function contextOf({ argv, cwd, workspace }: SpareSetup, output: Output): Context {
  const parsed = splitFlow(spec, parseCommandLine(spec, argv), cwd);
  return { ...parsed, cwd, workspace, output, signal: new AbortController().signal };
}

/** What a command would print of its failure. */
function collected(text: string[], columns: number): Output {
  const output: Output = {
    ...makeOutput(false, false),
    columns,
    write: (piece) => void text.push(piece),
    result() {},
    forError: () => output,
  };
  return output;
}

/** Loads what every spin loads, and opens the store. What fails here fails again, and is told, when it is needed. */
async function prepare({ file, workspace, store }: SpareSetup): Promise<{ store?: Promise<Store> }> {
  process.chdir(workspace);
  try {
    const [{ prepareImport }] = await Promise.all([
      import('../../source/load'),
      import('../../engine/spin/spin'),
      import('../../engine/outputs/folder'),
    ]);
    await prepareImport(file);
    const opened = openStore(store);
    // Connects, and finds out who is newest.
    await opened.kv.get('stamp').catch(() => undefined);
    await warmUp(workspace);
    return { store: Promise.resolve(opened) };
  } catch {
    return {};
  }
}

/** Executes a spin of nothing: what is executed once is compiled when it is needed. */
async function warmUp(workspace: string): Promise<void> {
  const [{ flow, graphOf }, { spinStep }, { memoryStore }] = await Promise.all([
    import('../../definition/flow'),
    import('../../session/spin'),
    import('../../store/open'),
    import('../../index'),
  ]);
  const f = flow('warm');
  const graph = graphOf(f.end(f.start(() => ({ rows: [{ a: 1 }], text: 'a' })))) as Graph;
  const session = { graph, store: memoryStore(), workspace, user: '', with: [], emit() {} };
  await spinStep(session, { selection: { step: 'start', namespace: undefined }, params: {} });
}
