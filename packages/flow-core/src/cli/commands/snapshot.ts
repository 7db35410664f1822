/** nx-flow snapshot: exports the run of today's code to a file that Nx caches. Runs the flow if there is none. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import type { Graph } from '../../definition/graph';
import { type Parameters, parseParams } from '../../definition/params';
import { resultOptions } from '../../definition/with';
import { Codes } from '../../engine/explain/why/code';
import { requireOutputs, writingOutputs } from '../../engine/outputs/writable';
import { recordedParams } from '../../engine/record/read';
import { exportToFile } from '../../engine/transfer/file';
import { snapshotFile } from '../../environment/output-folders';
import { findPlaceFile, loadPlaceFlow, type Place } from '../../session/place';
import { declaredPlaces, declaredVariables } from '../../source/declared-inputs';
import { newestChange } from '../../source/newest-change';
import type { RunRow } from '../../store/rows/rows';
import type { Store } from '../../store/store';
import { unkeptArtifact } from '../../store/values/artifacts';
import { namespaceOf, noMoreThan, openReadStore, placeOf } from '../arguments';
import type { Command, Context } from '../command';
import { paramsKey } from '../keys/params-key';
import { RUN_OPTIONS } from '../options';
import { givenParams } from '../params';
import { plural, size } from '../render/table';
import { transferProgress } from '../render/transfer';
import { runCommand } from '../run-command';

// A snapshot restored from a cache has no run whose number could be written.
const { until: _, 'run-id-file': __, ...OPTIONS } = RUN_OPTIONS;

export const command: Command = {
  spec: {
    name: 'snapshot',
    help: 'Export the newest run of today’s code to dist/flow/<flow>/snapshot, after running the flow if there is none',
    positionals: ['<flow>'],
    options: OPTIONS,
    families: ['params'],
    examples: ['nx-flow snapshot movies', 'nx-flow snapshot movies --params.minVotes=500'],
    endsInOrder: true,
  },

  async execute(context) {
    noMoreThan(context, 1);
    const place = placeOf(context);
    const found = context.force
      ? undefined
      : await withFlow(context, place, (graph, store, file) =>
          fittingRun(context, place, graph, store, file),
        );
    if (found !== undefined) return exported(context, place, found);
    // The run prints as usual. The one JSON object is the snapshot's.
    let pathspec = '';
    const result = (value: object) => {
      pathspec = (value as { pathspec: string }).pathspec;
    };
    const code = await runCommand(
      { ...context, output: { ...context.output, result } },
      async ({ graph }) => {
        requireOutputs(place.workspace, dirname(snapshotFile(place.workspace, graph.flow)));
        return { params: parseParams(graph, givenParams(context)) };
      },
    );
    if (code !== 0) return code;
    return exported(context, place, Number(pathspec.split('/')[1]));
  },
};

async function withFlow<T>(
  context: Context,
  place: Place,
  use: (graph: Graph, store: Store, file: string) => Promise<T>,
): Promise<T> {
  const store = await openReadStore(place, context);
  try {
    const file = await findPlaceFile(place);
    return await use(await loadPlaceFlow(place, file), store, file);
  } finally {
    await store.close();
  }
}

/**
 * The newest run that equals a new run of the flow: done, complete, with the same flow file, parameters, options
 * and variables. Since it began, nothing has changed in the flow's folder, in the folders of its declared inputs,
 * in the lock files, or in the code that its steps depend on.
 */
async function fittingRun(
  context: Context,
  place: Place,
  graph: Graph,
  store: Store,
  file: string,
): Promise<number | undefined> {
  const params = parseParams(graph, givenParams(context));
  const code = createHash('sha256').update(readFileSync(file)).digest('hex');
  const folder = dirname(file);
  const given = paramsKey(context, place.workspace).files.filter((path) => existsSync(path));
  const places = [folder, ...declaredPlaces(graph, folder), ...given];
  const options = JSON.stringify(resultOptions((context.options.with as string[] | undefined) ?? []));
  const variables = JSON.stringify(declaredVariables(graph));
  let codes: Codes | undefined;
  let changed: number | undefined;
  for await (const row of store.runs(graph.flow, namespaceOf(context))) {
    // Older code may have computed what a resumed run took over, and older files what a run reused.
    const resumed = row.origin !== undefined || row.imported?.origin !== undefined || row.reuse === true;
    if (row.status !== 'done' || row.code !== code || resumed) continue;
    if (JSON.stringify(resultOptions(row.with ?? [])) !== options) continue;
    if (JSON.stringify(row.variables) !== variables) continue;
    changed ??= newestChange([...places, ...(context.extraFolders ?? [])], place.workspace);
    if (row.startedAt < changed) return undefined;
    if (!(await sameParams(store, graph, row, params))) continue;
    codes ??= await codesOf(store, graph, file, place);
    if (await sameCode(codes, graph, row)) return row.run;
  }
  return undefined;
}

async function codesOf(store: Store, { flow }: Graph, file: string, { workspace }: Place): Promise<Codes> {
  const { fingerprintFlow } = await import('../../source/fingerprint');
  return new Codes(store, flow, fingerprintFlow({ file, flow, root: workspace }));
}

async function sameCode(codes: Codes, { steps }: Graph, { run, node }: RunRow): Promise<boolean> {
  if (node !== process.version) return false;
  for (const step of steps.keys()) {
    const found = await codes.differences(step, run);
    if (!('differences' in found) || found.differences.length + found.open.length > 0) return false;
  }
  return true;
}

async function sameParams(
  store: Store,
  { codecs }: Graph,
  { flow, run }: RunRow,
  { parsed }: Parameters,
): Promise<boolean> {
  const recorded = await recordedParams(store, flow, run, await store.paramNames(flow, run));
  const digests = new Map(recorded.map(([name, { digest }]) => [name, digest]));
  const now = Object.entries(parsed);
  if (now.length !== digests.size) return false;
  for (const [name, value] of now)
    if ((await unkeptArtifact(name, value, codecs)).digest !== digests.get(name)) return false;
  return true;
}

async function exported(context: Context, place: Place, run: number): Promise<number> {
  const { output, signal } = context;
  const progress = transferProgress('exporting the snapshot', output);
  try {
    return await withFlow(context, place, async ({ flow }, store) => {
      const row = (await store.run(flow, run)) as RunRow;
      const file = snapshotFile(place.workspace, flow);
      requireOutputs(place.workspace, dirname(file));
      await writingOutputs(place.workspace, async () => mkdirSync(dirname(file), { recursive: true }));
      const { id, tasks, artifacts, bytes } = await exportToFile(file, {
        store,
        run: row,
        progress: progress.tell,
        signal,
      });
      progress.close();
      const pathspec = `${flow}/${run}`;
      output.write(
        `${output.colors.bold(pathspec)} is in ${relative(context.cwd, file)}: ${plural(tasks, 'task')}, ${plural(artifacts, 'artifact')}, ${size(bytes)}\n`,
      );
      output.result({ pathspec, file: relative(place.workspace, file), id, tasks, artifacts, bytes });
      return 0;
    });
  } finally {
    progress.close();
  }
}
