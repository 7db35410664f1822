/** The program of a watch's spare process: it loads what a spin needs, waits for the word, and executes one. */
import { createRequire } from 'node:module';
import { FlowError, isFlowError } from '../../definition/errors';
import type { Graph } from '../../definition/graph';
import { messageOf } from '../../definition/thrown';
import { packageFile } from '../../environment/package-root';
import { channelToParent } from '../../process/channel';
import { exitNow } from '../../process/ending';
import { EnvFiles } from '../../session/env';
import { placeOf } from '../../session/place';
import type { FromSpare, SpareCompare, SpareGo, SpareSetup, ToSpare } from '../../session/watch/protocol';
import { limitImports, watchImports } from '../../source/import-watch';
import { takeVerified, verifiedFiles } from '../../store/cas/verified';
import { openStore } from '../../store/open';
import type { Store } from '../../store/store';
import { parseCommandLine } from '../args';
import { splitFlow } from '../arguments';
import type { Context } from '../command';
import { executeSpin } from '../commands/spin';
import { importTimeout, slowImport } from '../import-time';
import { unmarked } from '../render/colours';
import { makeOutput, type Output, outputWritten } from '../render/output';
import { plain } from '../render/plain';
import { spec } from '../specs/spin';
import type { SpinDoor } from '../spin-door';

/** Files of the store that the next process need not verify again. */
const MOST_VERIFIED = 1000;

/** @param executed called when the process has executed its spin */
export function main(executed: () => void): void {
  const setup = JSON.parse(process.argv[2] as string) as SpareSetup;
  const stopping = new AbortController();
  const channel = channelToParent<ToSpare, FromSpare>({
    message(message) {
      if (message.type === 'stop') stopping.abort();
      else void (message.type === 'go' ? spin(message) : compare(message));
    },
    // The watch has ended.
    closed: () => exitNow(1),
  });
  const prepared = prepare(setup);
  prepared.then(() => channel.send({ type: 'ready' }));

  async function spin({ argv, columns, verified }: SpareGo): Promise<void> {
    const { store } = await prepared;
    channel.send({ type: 'begun' });
    // What waits for what never comes is noticed when nothing else keeps the process alive.
    channel.hold(false);
    takeVerified(verified);
    const note = (text: string) => channel.send({ type: 'note', text });
    const texts = new Texts();
    const output = texts.output(columns);
    let late: FlowError | undefined;
    watchImports({
      slow: (file) => note(slowImport(file, setup.cwd)),
      late: (error) => {
        late ??= error;
      },
    });
    try {
      // Looking it up by its name would parse the file that was saved.
      const { cwd, workspace, file } = setup;
      const parsed = splitFlow(spec, parseCommandLine(spec, [...argv]), cwd);
      limitImports(importTimeout(parsed));
      const context: Context = { ...parsed, cwd, workspace, output, signal: stopping.signal };
      const { positionals, options } = context;
      const place = placeOf(positionals[0] as string, cwd, {
        store: options.store as string | undefined,
        workspace,
      });
      const env = setup.env ? { env: new EnvFiles({ kind: 'spin' }, note) } : {};
      const door: SpinDoor = {
        emit: (event) => channel.send({ type: 'event', event }),
        away: () => channel.send({ type: 'away' }),
        ...(store ? { store } : {}),
      };
      const execute =
        options.through === undefined ? executeSpin : (await import('../several-spins')).spinSeveral;
      const code = await execute(context, { ...place, ...env, file }, door);
      if (late && code !== late.exit) throw late;
      channel.send({ type: 'ended', code, ...(texts.text === '' ? {} : { text: texts.text }) });
    } catch (thrown) {
      await refuse(thrown, texts, output);
    }
    channel.send({ type: 'verified', files: verifiedFiles(MOST_VERIFIED) });
    executed();
    await outputWritten();
    exitNow(0);
  }

  async function compare(spins: SpareCompare): Promise<void> {
    const { store = openStore(setup.store) } = await prepared;
    channel.send({ type: 'begun' });
    try {
      const { compareSpins } = await import('../../session/watch/compare');
      const comparisons = await compareSpins(spins, { ...setup, store: await store });
      channel.send({ type: 'compared', comparisons });
      channel.send({ type: 'ended', code: 0 });
    } catch (thrown) {
      const texts = new Texts();
      await refuse(thrown, texts, texts.output(80));
    }
    await outputWritten();
    exitNow(0);
  }

  async function refuse(thrown: unknown, texts: Texts, output: Output): Promise<void> {
    const { renderFailure } = await import('../render/failure');
    const code = renderFailure(thrown, output, setup.cwd);
    const error = isFlowError(thrown) ? thrown : new FlowError('FLOW_INTERNAL', messageOf(thrown));
    const { text, mask } = texts;
    channel.send({ type: 'refused', code, text, error: { code: error.code, message: mask(error.message) } });
  }
}

/** What a command would print of its failure. */
class Texts {
  text = '';
  mask = (text: string) => text;

  output(columns: number): Output {
    const output: Output = {
      ...makeOutput(false, false),
      ...{ columns, wrapAt: columns },
      write: (piece) => {
        this.text += unmarked(plain(this.mask(piece)));
      },
      result() {},
      hide: (mask) => {
        this.mask = mask;
      },
      forError: () => output,
    };
    return output;
  }
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
  ]);
  // What a flow imports.
  createRequire(__filename)(packageFile('dist/index.js'));
  const f = flow('warm');
  const graph = graphOf(f.end(f.start(() => ({ rows: [{ a: 1 }], text: 'a' })))) as Graph;
  const session = { graph, store: memoryStore(), workspace, user: '', with: [], emit() {} };
  await spinStep(session, { selection: { step: 'start', namespace: undefined }, params: {} });
}
