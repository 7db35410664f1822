/** Every command that writes: what it is given, and what holds once it has said that it is done. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { importFromFile } from '../../src/engine/transfer/file';
import { memoryStore } from '../../src/store/open';
import type { Store } from '../../src/store/store';
import type { Result } from '../kit/workspace';
import { factsOf, ofRun } from './facts';
import { DONE, FAILED, type Lane, NEWEST, STOPPED } from './fixture';
import { withStore } from './within';

export interface Trial {
  lane: Lane;
  store: string;
  /** A name that nothing else has. */
  name: string;
}

export interface WritingCommand {
  name: string;
  /** How long it takes on a quiet machine, about. Milliseconds. */
  ms: number;
  /** It has worker processes. */
  workers?: true;
  /** It makes a run, which can be resumed. */
  runs?: true;
  /** The trial begins without a store. */
  nowhere?: true;
  /** It records nothing. */
  storeless?: true;
  /** The run of the template that it removes. */
  removes?: number;
  args(trial: Trial): string[];
  /** What it has said is so. @throws what is not */
  check(trial: Trial, result: Result): Promise<void>;
}

/** The whole command line. */
export const lineOf = (command: WritingCommand, trial: Trial): string[] => [
  ...command.args(trial),
  ...(command.storeless ? [] : [`--store=${trial.store}`]),
  '--json',
];

const WORKERS = '--max-workers=2';
const out = ({ lane, name }: Trial) => lane.ws.path(`out-${name}.nxflow`);

export const COMMANDS: readonly WritingCommand[] = [
  {
    name: 'run',
    ms: 800,
    workers: true,
    runs: true,
    args: () => ['run', 'work', WORKERS, '--tag=mine'],
    check: async (trial, { json }) => {
      await rightRun(trial, numberOf(json));
      await hasTag(trial, numberOf(json), 'mine');
    },
  },
  {
    name: 'run in a new store',
    ms: 900,
    workers: true,
    runs: true,
    nowhere: true,
    args: () => ['run', 'work', WORKERS],
    check: (trial, { json }) => rightRun(trial, numberOf(json)),
  },
  ...[FAILED, STOPPED].map(
    (origin): WritingCommand => ({
      name: `resume ${origin === FAILED ? 'what failed' : 'what was stopped'}`,
      ms: 600,
      workers: true,
      runs: true,
      args: () => ['resume', 'work', `--origin=${origin}`, WORKERS],
      check: (trial, { json }) => rightRun(trial, numberOf(json)),
    }),
  ),
  {
    name: 'spin',
    ms: 300,
    args: () => ['spin', 'work', `${DONE}/each`, '--index=3'],
    check: async (_, { json }) => sameArtifacts(json),
  },
  {
    name: 'spin --all',
    ms: 600,
    workers: true,
    args: () => ['spin', 'work', `${DONE}/each`, '--all', WORKERS],
    check: async (_, { json }) => json.splits.forEach(sameArtifacts),
  },
  {
    name: 'spin --persist',
    ms: 350,
    args: () => ['spin', 'work', `${DONE}/each`, '--index=4', '--persist'],
    check: async ({ store }, { json }) => {
      sameArtifacts(json);
      const number = Number(json.persisted.split('/')[1]);
      await withStore(join(store, 'spin'), async (spins) => {
        const facts = await factsOf(spins, await ofRun(spins, number));
        if (!facts.has(`value/${number}/each/1/bytes`))
          throw new Error(`The persisted spin has ${[...facts.keys()]}.`);
      });
    },
  },
  {
    name: 'tag',
    ms: 200,
    args: ({ name }) => ['tag', 'work', `${DONE}`, `--add=${name}`, '--add=more', '--remove=late'],
    check: (trial) => hasTag(trial, DONE, trial.name, 'more'),
  },
  {
    name: 'gc',
    ms: 300,
    removes: FAILED,
    args: () => ['gc', '--keep-last=1', '--namespace=everybody'],
    check: async ({ store }, { json }) => {
      const { kept }: { kept: boolean } = json.runs.find(
        ({ pathspec }: { pathspec: string }) => pathspec === `work/${FAILED}`,
      ) ?? { kept: false };
      await withStore(store, async (opened) => {
        // For a while after a broker was killed, nobody knows who reads the run: it is kept, and that is said.
        const [row, tombstone] = [await opened.run('work', FAILED), await opened.removed('work', FAILED)];
        if ((row !== undefined) !== kept || (tombstone === undefined) !== kept)
          throw new Error(`Run ${FAILED} is ${row?.status}, and kept: ${kept}.`);
      });
    },
  },
  {
    name: 'import',
    ms: 300,
    args: () => ['import', 'foreign.nxflow'],
    check: (trial, { json }) => rightRun(trial, numberOf(json)),
  },
  {
    name: 'export',
    ms: 300,
    args: (trial) => ['export', 'work', `${DONE}`, out(trial)],
    check: (trial) => rightFile(out(trial)),
  },
  {
    name: 'snapshot',
    ms: 500,
    args: () => ['snapshot', 'work'],
    check: ({ lane }) => rightFile(lane.ws.path('dist/flow/work/snapshot/work.nxflow')),
  },
  {
    name: 'step',
    ms: 500,
    workers: true,
    storeless: true,
    args: () => ['step', 'work', 'each', WORKERS],
    check: async ({ lane }) => {
      const handed = JSON.parse(readFileSync(lane.ws.path('dist/flow/work/steps/each/digests.json'), 'utf8'));
      if (handed.tasks.length !== 8) throw new Error(`The step handed over ${handed.tasks.length} tasks.`);
    },
  },
];

export const numberOf = ({ pathspec }: { pathspec: string }) => Number(pathspec.split('/')[1]);

/** A run that is done, with what such a run returns, whatever it took over from where. */
export async function rightRun({ lane, store }: Trial, number: number): Promise<void> {
  const { facts } = await lane.template();
  await withStore(store, (opened) => requireRight(opened, number, facts));
}

async function requireRight(store: Store, number: number, facts: ReadonlyMap<string, string>): Promise<void> {
  const found = await factsOf(store, await ofRun(store, number));
  const values = (all: ReadonlyMap<string, string>, run: number) =>
    [...all]
      .filter(([name]) => name.startsWith(`value/${run}/`))
      .map(([name, digest]) => `${name.split('/')[2]} ${name.split('/').at(-1)} ${digest}`)
      .sort()
      .join('\n');
  if (!found.get(`run/${number}`)?.startsWith('["done"'))
    throw new Error(`Run ${number}: ${found.get(`run/${number}`)}`);
  if (values(found, number) !== values(facts, DONE)) throw new Error(`Run ${number} has other values.`);
}

async function hasTag({ store }: Trial, run: number, ...tags: string[]): Promise<void> {
  await withStore(store, async (opened) => {
    const { tags: found = '' } = { tags: (await factsOf(opened, [`tags/${run}`])).get(`tags/${run}`) };
    for (const tag of tags)
      if (!JSON.parse(found).includes(tag)) throw new Error(`Run ${run} has the tags ${found}.`);
  });
}

function sameArtifacts({
  status,
  artifacts,
}: {
  status: string;
  artifacts: Record<string, { change: string }>;
}): void {
  const changes = Object.values(artifacts).map(({ change }) => change);
  if (status !== 'done' || changes.length !== 2 || changes.some((change) => change !== 'same'))
    throw new Error(`The spin is ${status}: ${changes}.`);
}

/** An export that is whole. */
async function rightFile(file: string): Promise<void> {
  if (!existsSync(file)) throw new Error(`There is no ${file}.`);
  const store = memoryStore();
  const { run } = await importFromFile(file, { store, name: file, namespace: 'user:tester', user: 'tester' });
  if (run.status !== 'done') throw new Error(`The export has a run that is ${run.status}.`);
}

/** The runs that a trial made. */
export async function ownRuns({ store }: Trial, nowhere = false): Promise<{ run: number; status: string }[]> {
  return withStore(store, async (opened) => {
    const found: { run: number; status: string }[] = [];
    for await (const { run, status } of opened.runs('work'))
      if (run > (nowhere ? 0 : NEWEST)) found.push({ run, status });
    return found;
  });
}
