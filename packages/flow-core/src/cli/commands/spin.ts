/** nx-flow spin: one step, now, on recorded inputs. */
import { existsSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { FlowError } from '../../definition/errors';
import type { Graph } from '../../definition/graph';
import type { Given } from '../../engine/inputs/override';
import type { Resolved } from '../../engine/inputs/resolved';
import type { Selection } from '../../engine/inputs/selection';
import { Outputs } from '../../engine/outputs/folder';
import { spinsFolder } from '../../engine/outputs/layout';
import { requireOutputs, writingOutputs } from '../../engine/outputs/writable';
import { captureOutput } from '../../engine/process/capture-output';
import type { KeptSpin } from '../../engine/spin/kept';
import type { SpinOutcome } from '../../engine/spin/outcome';
import { spin } from '../../engine/spin/spin';
import { currentUser } from '../../environment/user';
import type { Keeper } from '../../session/kept-spins';
import { findPlaceFile, loadPlaceFlow, type Place } from '../../session/place';
import { takeSnapshot } from '../../session/snapshot';
import type { Store } from '../../store/store';
import { noMoreThan, openPlaceStore, placeOf } from '../arguments';
import type { Command, Context } from '../command';
import { forAllSteps, givenParams } from '../given';
import { jsonResult } from '../json/spin';
import { PARAMS_FILE, SELECTION, WITH } from '../options';
import { tellUncached } from '../render/output';
import { renderSpin } from '../render/spin';
import { selectionOf } from '../selection';

export const command: Command = {
  spec: {
    name: 'spin',
    help: 'Execute one step on the inputs that a run recorded; nothing is stored',
    positionals: ['<flow>', '[step | run/step | run/step/task]'],
    options: {
      ...SELECTION,
      origin: {
        type: 'number',
        value: 'run',
        help: 'The run whose inputs to use; default the newest that has them',
      },
      ...PARAMS_FILE,
      ...WITH,
      all: {
        type: 'boolean',
        help: 'Every split of a foreach, in parallel; with --index=2, those under split 2 of the outer one',
      },
      'max-workers': { type: 'number', help: 'With --all: splits at once; default the number of cores' },
      artifacts: {
        type: 'string',
        value: 'file.ts',
        help: 'A module whose default export is what the step shall see instead: an object, or a function of the inputs',
      },
      persist: { type: 'boolean', help: 'Keep the spin, to be seen by nx-flow dump --spin' },
    },
    families: ['params', 'set'],
    examples: [
      'nx-flow spin movies playlist',
      'nx-flow spin movies 12/genre/3',
      'nx-flow spin movies genre --index=2 --params.minVotes=500',
    ],
  },

  async execute(context) {
    noMoreThan(context, 2);
    const { output } = context;
    const place = placeOf(context);
    const store = await openPlaceStore(place, context);
    let keeper: Keeper | undefined;
    try {
      const file = await findPlaceFile(place, context);
      const withGiven = await forAllSteps(context);
      const loaded = withGiven(await loadPlaceFlow(place, file));
      const selection = selectionOf(context, loaded);
      if (context.options.all !== true && context.options['max-workers'] !== undefined) {
        throw new FlowError('FLOW_USAGE', '--max-workers is for --all: one step needs one process.');
      }
      const spins = spinsFolder(place.workspace, loaded.flow);
      requireOutputs(place.workspace, spins, join(spins, selection.step));
      if (selection.run === undefined) await takeSnapshot(context, place, loaded.flow, store);
      const given = await givenArtifacts(context);
      const set = Object.fromEntries(
        Object.entries(context.set).map(([name, text]) => [name, jsonOrText(text)]),
      );
      if (given !== undefined || Object.keys(set).length > 0) selection.anyArm = true;
      if (context.options.persist === true) {
        const { openKeeper } = await import('../../session/kept-spins');
        keeper = openKeeper(context, place, file, loaded, store);
      }
      if (context.options.all === true) {
        const { spinAll } = await import('../spin-all-command');
        const params = givenParams(context);
        return await spinAll({
          ...{ context, place, file, graph: loaded, store, selection, given, set, params, keeper },
          result: jsonResult,
        });
      }
      if (context.heads) await requireHead(context, { graph: loaded, store, selection, place });
      const graph = await withPackages(loaded, selection.step, place, file, output);
      let kept: KeptSpin | undefined;
      let resolved: Resolved | undefined;
      let outputs: Outputs | undefined;
      let ended = false;
      // What a step left behind may fail while its outputs are written: that is told, and changes nothing.
      const late = (error: unknown) => {
        if (ended) output.write(`${output.colors.yellow('!')} after its end, the step threw: ${error}\n`);
      };
      process.on('uncaughtException', late).on('unhandledRejection', late);
      const restore = captureOutput((stream, text) => {
        outputs?.at().log(text);
        kept?.log(1, stream, text);
        output.write(text);
      });
      let outcome: SpinOutcome;
      try {
        outcome = await spin({
          graph,
          store,
          selection,
          params: givenParams(context),
          ...(given ? { given } : {}),
          set,
          user: currentUser(),
          cwd: place.workspace,
          log: (stream, text) => process[stream].write(text),
          notice: (message) => output.write(`${output.colors.yellow('!')} ${message}\n`),
          resolved(found) {
            resolved = found;
            const index = found.stack.map((frame) => frame.index);
            outputs = new Outputs(place.workspace, graph.flow, found.node.name, index);
            output.write(renderSpin.head(graph, found, output));
          },
          ...(keeper
            ? {
                async keep(origin, params) {
                  kept = await (keeper as Keeper).begin(selection.step, origin, params);
                  return kept;
                },
              }
            : {}),
        });
      } catch (error) {
        outputs?.discard();
        throw error;
      } finally {
        ended = true;
        restore();
      }
      const written = outputs as unknown as Outputs;
      const { folder } = written;
      const result = jsonResult(outcome, relative(place.workspace, folder));
      let moved: string | undefined;
      await writingOutputs(place.workspace, async () => {
        await written.at().write(outcome, result, store.cas, [], graph.codecs);
        moved = await context.moved?.();
        await written.place(context.heads && (moved === undefined ? context.task : ''));
      });
      output.write(
        renderSpin.end(
          outcome,
          resolved as Resolved,
          relative(context.cwd, folder) || '.',
          output,
          place.workspace,
        ),
      );
      tellUncached(moved, output);
      if (outcome.kept !== undefined) output.write(renderSpin.kept(outcome.kept, graph.flow, output));
      output.result(result);
      return outcome.status === 'done' ? 0 : 1;
    } finally {
      await keeper?.close();
      await store.close();
    }
  },
};

/** What the step imports are its own packages, where it has any. @throws FlowError FLOW_PACKAGES */
async function withPackages(
  graph: Graph,
  step: string,
  { flow, workspace }: Place,
  file: string,
  output: Context['output'],
): Promise<Graph> {
  if (graph.steps.get(step)?.options.packages === undefined) return graph;
  const { graphWithPackages } = await import('../../engine/pool/packages');
  const installing = (packages: string) => output.write(renderSpin.installing(packages, output));
  return graphWithPackages(graph, step, { file, wanted: flow, workspace, installing });
}

/** A result is cached under the key that was published: what the step sees must be that. @throws FlowError FLOW_HEAD_MOVED */
async function requireHead(
  context: Context,
  { graph, store, selection, place }: { graph: Graph; store: Store; selection: Selection; place: Place },
): Promise<void> {
  const { headOf } = await import('../../engine/spin/key');
  const { fullKey, selectionText } = await import('../keys/key');
  const { givenKey } = await import('../keys/given-key');
  const { key } = await headOf({ graph, store, selection, user: currentUser() });
  const now = fullKey(key, givenKey(context, place.workspace));
  if (context.heads?.[selectionText(selection, place)]?.includes(now)) return;
  throw new FlowError(
    'FLOW_HEAD_MOVED',
    'What the step would see changed after Nx had looked for a cached result of it: give the command again.',
    { exit: 1 },
  );
}

/** What a module of `--artifacts` gives: its default export, or else its named ones. @throws FlowError FLOW_OVERRIDE */
async function givenArtifacts({ options, cwd }: Context): Promise<Given | undefined> {
  if (options.artifacts === undefined) return undefined;
  const file = resolve(cwd, options.artifacts as string);
  if (!existsSync(file)) {
    throw new FlowError(
      'FLOW_OVERRIDE',
      `There is no file ${file}: --artifacts takes a TypeScript module that exports artifacts.`,
    );
  }
  const { importModule } = await import('../../source/load');
  let exported: Record<string, unknown>;
  try {
    exported = await importModule(file);
  } catch (cause) {
    throw new FlowError('FLOW_IMPORT', `${file} throws when it is imported: ${(cause as Error).message}`, {
      cause,
    });
  }
  return (exported.default ?? { ...exported }) as Given;
}

/** As `--set.k=v` is read: JSON if it parses, else a string. */
function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
