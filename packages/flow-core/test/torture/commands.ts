/** Every command that writes: what it is given, and what holds once it has said that it is done. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { factsOf, ofRun } from './facts';
import { DONE, FAILED, STOPPED } from './fixture';
import { REMOVALS } from './removals';
import { REPAIR } from './repair';
import { hasTag, rightFile, rightRun, sameArtifacts } from './right';
import { numberOf, type Trial, type WritingCommand } from './trial';
import { withStore } from './within';

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
  ...REMOVALS,
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
  REPAIR,
];

export const commandNamed = (name: string) => COMMANDS.find((one) => one.name === name) as WritingCommand;
